"""Passwords that the hub makes for somebody's first sign-in: words that can be read out. Pure.

Whoever signs in with one chooses their own at once. Until then five words of 256 are 40 random
bits: with five tries a minute for a name (`db.attempts`), and argon2id before whoever has the
database, nobody comes to the end of them.
"""

import secrets

_TEXT = """
acorn amber anchor angle apple apron arrow aspen attic bacon badge bagel baker balcony banjo barley
basil basket beacon bead berry birch bison blanket bloom blue board bobbin bonus bottle boulder
branch brass breeze brick bridge bronze brook broom brush bucket bugle bundle butter button cabin
cactus camel candle canoe canvas carbon cargo carpet carrot castle cedar cellar chalk cherry chime
cider cinema circle clay cliff clover coast cobalt cocoa comet copper coral corner cotton cradle
crane crayon cricket crown crumb crystal curtain cushion daisy dancer delta denim desert dinner
dolphin domino dragon drizzle drum eagle easel echo elbow ember engine fabric falcon feather fennel
ferry fiddle finger flame flannel flute forest fossil fountain fox galaxy garden garlic gecko ginger
glacier globe goblet golden grape gravel guitar hammer harbor harp hazel helmet heron hinge honey
hornet island ivory jacket jasmine jelly jewel jigsaw jungle kayak kernel kettle kitten ladder
lagoon lantern laurel lemon lilac linen lizard lobster locket lumber magnet mango maple marble
meadow melon mirror mitten mortar mosaic muffin mustard napkin nectar needle nickel noodle nutmeg
oasis ocean olive onion opal orbit orchid otter oven oyster paddle palace panda paper parrot pasta
peanut pebble pelican pencil pepper piano picnic pigeon pillow pilot planet plum pocket pollen pony
poplar potato prairie puddle pumpkin puzzle quartz quilt rabbit radish raft rainbow raven ribbon
river robin rocket saddle salmon sandal satin saucer silver sparrow spider sugar sunset teapot
thimble tiger timber tomato trumpet tulip tunnel turtle velvet violin wagon walnut walrus willow
window winter wizard yogurt zebra zipper
"""
WORDS = tuple(_TEXT.split())
MANY = 5


def new() -> str:
    """A password like ``river-candle-otter-plum-sunset``."""
    return "-".join(secrets.choice(WORDS) for _ in range(MANY))
