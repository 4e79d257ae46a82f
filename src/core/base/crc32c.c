/*
 * crc32c.c: Castagnoli's checksum, eight bytes at a time (Kounavis and Berry 2005, "slicing by 8").
 *
 * slice[k][v] is what a byte v does to the checksum 8 (k + 1) bits later. That is linear in v, so the 256 entries of a
 * slice follow from those of 1, 2, 4, ..., 128, which stand below; the compiler does the rest, and the table is
 * constant.
 */
#include "base/crc32c.h"

#define BIT(v, b, effect) ((v) >> (b) & 1 ? (effect) : 0)
#define ENTRY(v, a, b, c, d, e, f, g, h) (BIT(v, 0, a) ^ BIT(v, 1, b) ^ BIT(v, 2, c) ^ BIT(v, 3, d) ^ \
	BIT(v, 4, e) ^ BIT(v, 5, f) ^ BIT(v, 6, g) ^ BIT(v, 7, h))
#define FOUR(v, ...) ENTRY(v, __VA_ARGS__), ENTRY(v + 1, __VA_ARGS__), ENTRY(v + 2, __VA_ARGS__), \
	ENTRY(v + 3, __VA_ARGS__)
#define SIXTEEN(v, ...) FOUR(v, __VA_ARGS__), FOUR(v + 4, __VA_ARGS__), FOUR(v + 8, __VA_ARGS__), \
	FOUR(v + 12, __VA_ARGS__)
#define SIXTY_FOUR(v, ...) SIXTEEN(v, __VA_ARGS__), SIXTEEN(v + 16, __VA_ARGS__), SIXTEEN(v + 32, __VA_ARGS__), \
	SIXTEEN(v + 48, __VA_ARGS__)
#define SLICE(...) {SIXTY_FOUR(0, __VA_ARGS__), SIXTY_FOUR(64, __VA_ARGS__), SIXTY_FOUR(128, __VA_ARGS__), \
	SIXTY_FOUR(192, __VA_ARGS__)}

static const uint32_t slice[8][256] = {
	SLICE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
	SLICE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
	SLICE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
	SLICE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
	SLICE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
	SLICE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
	SLICE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
	SLICE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664)
};

uint32_t
lf_crc32c(const unsigned char *bytes, size_t length)
{
	return lf_crc32c_more(0, bytes, length);
}

uint32_t
lf_crc32c_more(uint32_t crc, const unsigned char *bytes, size_t length)
{
	crc ^= 0xffffffff;
	for (; length >= 8; length -= 8, bytes += 8)
	{
		uint32_t	low = crc ^ (bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
								 (uint32_t) bytes[3] << 24);

		crc = slice[7][low & 0xff] ^ slice[6][low >> 8 & 0xff] ^ slice[5][low >> 16 & 0xff] ^ slice[4][low >> 24] ^
			slice[3][bytes[4]] ^ slice[2][bytes[5]] ^ slice[1][bytes[6]] ^ slice[0][bytes[7]];
	}
	for (size_t i = 0; i < length; i++)
		crc = crc >> 8 ^ slice[0][(crc ^ bytes[i]) & 0xff];
	return crc ^ 0xffffffff;
}
