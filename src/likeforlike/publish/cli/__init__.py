"""likeforlike.publish.cli"""
