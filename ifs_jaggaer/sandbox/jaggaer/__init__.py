"""The JAGGAER side of the sandbox, written from contracts/jaggaer.md."""
