"""Who calls: numbers that organizations declare, and the public directory of sellers."""
