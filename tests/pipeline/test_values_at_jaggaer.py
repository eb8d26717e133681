"""GL accounts: what somebody changes at JAGGAER goes back to what IFS says (DESIGN, law 5)."""

from __future__ import annotations

from pipeline.driving import Product
from pipeline.world import World

VALUE = {"customField": "Account", "value": "4010"}


def test_a_description_changed_at_jaggaer_is_put_back_by_the_next_run(world: World, product: Product) -> None:
    product.run("gl-accounts")
    (before,) = world.values_there("4010")
    world.calm()
    product.run("gl-accounts")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}, "our own writes come back and cost none"
    world.change("jaggaer", "customfieldvalues", VALUE, {"description": "by hand", "active": "false"})
    product.run("gl-accounts")
    (after,) = world.values_there("4010")
    assert (after["description"], after["active"]) == (before["description"], before["active"])
    world.calm()
    product.run("gl-accounts")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_a_value_removed_at_jaggaer_is_made_again_when_a_person_names_it(world: World, product: Product) -> None:
    product.run("gl-accounts")
    world.remove("jaggaer", "customfieldvalues", VALUE)
    product.run("gl-accounts", keys=("Account:4010",))
    assert world.values_there("4010")
