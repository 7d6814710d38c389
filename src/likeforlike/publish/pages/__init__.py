"""likeforlike.publish.pages"""
