"""The worker process, its protocol, the controller and the schedule of rounds."""
