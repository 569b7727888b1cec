"""What is known of a service over time: its stops, and the incidents that they make; pure."""
