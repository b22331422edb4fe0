"""Pages with sessions: what the portal and the console share (frame, cookies, sign-in, second factor, rendering)."""
