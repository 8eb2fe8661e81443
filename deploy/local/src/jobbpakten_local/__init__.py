"""What a laptop needs: real parts on a bare machine, and the demo. Nobody imports it but tests."""
