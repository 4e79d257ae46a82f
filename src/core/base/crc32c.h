/*
 * crc32c.h: the checksum of stored models.
 */
#ifndef LF_CRC32C_H
#define LF_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Castagnoli's polynomial, as in iSCSI: that of the empty string is 0. */
uint32_t	lf_crc32c(const unsigned char *bytes, size_t length);

/* The checksum of what has checksum 'crc' and these bytes behind it. */
uint32_t	lf_crc32c_more(uint32_t crc, const unsigned char *bytes, size_t length);

#endif
