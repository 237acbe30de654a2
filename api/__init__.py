"""The Django API of the video platform: uploads, encoding jobs and their state."""
