// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// CRC32C, reflected, polynomial 0x1EDC6F41.
//
// A CRC instruction takes eight bytes a cycle but answers only after three, so long inputs are cut
// into three lanes that run side by side. Two registers are then moved past the lanes behind them:
// "past n bytes" is a product with x^(8n) modulo the polynomial. A carry-less multiplication of two
// reflected 32-bit values followed by one CRC step yields a * b * x^33, so the table below holds
// x^(8n - 33) for every lane length that is a multiple of eight bytes.

#include "CChecksum.h"

#include <string.h>

#define POLYNOMIAL 0x82F63B78u
#define LANE_WORDS 128 // the longest lane: 1 KiB

static uint32_t table[8][256];

static uint32_t times_x(uint32_t value) {
    return (value >> 1) ^ ((value & 1) ? POLYNOMIAL : 0);
}

static uint64_t load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

__attribute__((constructor)) static void build_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = times_x(value);
        table[0][byte] = value;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int row = 1; row < 8; row++)
            table[row][byte] = (table[row - 1][byte] >> 8) ^ table[0][table[row - 1][byte] & 0xFF];
}

uint32_t strata_crc32c_by_table(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; length >= 8; length -= 8, next += 8) {
        uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
                              (uint32_t)next[3] << 24);
        crc = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^
              table[4][low >> 24] ^ table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]] ^
              table[0][next[7]];
    }
    for (; length > 0; length--, next++) crc = (crc >> 8) ^ table[0][(crc ^ *next) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)

#include <immintrin.h>

static uint32_t past[2 * LANE_WORDS + 1]; // past[n] = x^(64n - 33)
static int has_instructions;

__attribute__((constructor)) static void build_lanes(void) {
    __builtin_cpu_init();
    has_instructions = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
    uint32_t value = 1; // x^31
    for (int words = 1; words <= 2 * LANE_WORDS; words++) {
        past[words] = value;
        for (int bit = 0; bit < 64; bit++) value = times_x(value);
    }
}

__attribute__((target("sse4.2,pclmul"))) static uint64_t multiply(uint32_t left, uint32_t right) {
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)left), _mm_cvtsi32_si128((int)right), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t
by_instructions(uint32_t crc, const uint8_t *next, size_t length) {
    uint64_t first = ~crc;
    while (length >= 3 * 64) {
        size_t words = length / 24 < LANE_WORDS ? length / 24 : LANE_WORDS;
        size_t lane = words * 8;
        uint64_t second = 0, third = 0;
        for (size_t at = 0; at < lane; at += 8) {
            first = _mm_crc32_u64(first, load64(next + at));
            second = _mm_crc32_u64(second, load64(next + lane + at));
            third = _mm_crc32_u64(third, load64(next + 2 * lane + at));
        }
        uint64_t moved = multiply((uint32_t)first, past[2 * words]) ^
                         multiply((uint32_t)second, past[words]);
        first = _mm_crc32_u64(0, moved) ^ third;
        next += 3 * lane;
        length -= 3 * lane;
    }
    for (; length >= 8; length -= 8, next += 8) first = _mm_crc32_u64(first, load64(next));
    uint32_t rest = (uint32_t)first;
    for (; length > 0; length--, next++) rest = _mm_crc32_u8(rest, *next);
    return ~rest;
}

uint32_t strata_crc32c(uint32_t crc, const void *bytes, size_t length) {
    if (has_instructions) return by_instructions(crc, bytes, length);
    return strata_crc32c_by_table(crc, bytes, length);
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

#include <arm_acle.h>

uint32_t strata_crc32c(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; length >= 8; length -= 8, next += 8) crc = __crc32cd(crc, load64(next));
    for (; length > 0; length--, next++) crc = __crc32cb(crc, *next);
    return ~crc;
}

#else

uint32_t strata_crc32c(uint32_t crc, const void *bytes, size_t length) {
    (void)load64;
    return strata_crc32c_by_table(crc, bytes, length);
}

#endif
