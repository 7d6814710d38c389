"""likeforlike.definitions"""
