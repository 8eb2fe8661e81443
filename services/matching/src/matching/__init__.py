"""Who fits which place, who has agreed to be shown, and what became of it?"""
