"""What has been released, and what that means for what comes next."""
