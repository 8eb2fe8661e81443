"""On which partition a stream lies: the same for every Kafka client."""

from struct import unpack_from


def partition_of(key: bytes, partitions: int) -> int:
    """Choose as every Kafka client does: murmur2, here word by word.

    aiokafka's own goes byte by byte, and took a quarter of the relay's time.
    """
    mix, mask, size = 0x5BD1E995, 0xFFFFFFFF, len(key)
    found = 0x9747B28C ^ size
    for word in unpack_from(f"<{size // 4}I", key):
        mixed = word * mix & mask
        found = found * mix & mask ^ (mixed ^ mixed >> 24) * mix & mask
    if rest := key[size - size % 4 :]:
        found = (found ^ int.from_bytes(rest, "little")) * mix & mask
    found = (found ^ found >> 13) * mix & mask
    return ((found ^ found >> 15) & 0x7FFFFFFF) % partitions
