"""likeforlike.publish.api"""
