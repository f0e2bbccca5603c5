"""The custom-resource contract of Application Auto Scaling."""
