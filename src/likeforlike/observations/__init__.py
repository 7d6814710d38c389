"""likeforlike.observations"""
