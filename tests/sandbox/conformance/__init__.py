"""What a server that keeps contracts/ifs.md, contracts/jaggaer.md and docs/sandbox.md must do, over raw HTTP.

Nothing here imports the product or the sandbox: the sandbox is a program that is started and spoken to.
"""
