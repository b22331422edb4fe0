"""The local cloud: an emulator of AWS, a payment server and a front door, all on 127.0.0.1."""
