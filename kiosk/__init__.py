"""The Qt Quick application at the front desk."""
