// Sixteen floats at a time, written once for every instruction set: the compiler splits them where registers are narrower.
#pragma once
#include <cstdint>
#include <cstring>

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));

#define RL_INLINE static inline __attribute__((always_inline))

RL_INLINE v16 load16(const float* p) { v16 v; std::memcpy(&v, p, sizeof v); return v; }
RL_INLINE void store16(float* p, v16 v) { std::memcpy(p, &v, sizeof v); }

// e^x for x in [-87, 88], relative error under 2e-7: x = n ln 2 + r, a polynomial of degree 6 in r (Cephes), and n into the exponent.
RL_INLINE v16 exp16(v16 x) {
  const v16 low = {-87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f, -87.f};
  x = x > low ? x : low;
  v16 scaled = x * 1.44269504088896341f;
  v16 magic = scaled + 12582912.f;  // rounds to the nearest integer
  v16 n = magic - 12582912.f;
  v16 r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  v16 y = r * 1.9875691500E-4f + 1.3981999507E-3f;
  y = y * r + 8.3334519073E-3f;
  y = y * r + 4.1665795894E-2f;
  y = y * r + 1.6666665459E-1f;
  y = y * r + 5.0000001201E-1f;
  y = y * r * r + r + 1.f;
  i16 bits = (__builtin_convertvector(n, i16) + 127) << 23;
  v16 power;
  std::memcpy(&power, &bits, sizeof power);
  return y * power;
}

RL_INLINE float sum16(v16 v) {
  float s = 0;
  for (int i = 0; i < 16; i++) s += v[i];
  return s;
}
RL_INLINE float max16(v16 v) {
  float m = v[0];
  for (int i = 1; i < 16; i++) m = v[i] > m ? v[i] : m;
  return m;
}

// C[8 x 16] (= or +=) sum_k A[r, k] B[k, 0..15]; A is read at a[r * row + k * step].
template <bool Add>
RL_INLINE void block8x16(const float* a, int64_t row, int64_t step, const float* b, int64_t ldb, int64_t depth, float* c, int64_t ldc) {
  v16 c0, c1, c2, c3, c4, c5, c6, c7;
  if (Add) {
    c0 = load16(c); c1 = load16(c + ldc); c2 = load16(c + 2 * ldc); c3 = load16(c + 3 * ldc);
    c4 = load16(c + 4 * ldc); c5 = load16(c + 5 * ldc); c6 = load16(c + 6 * ldc); c7 = load16(c + 7 * ldc);
  } else {
    c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = v16{};
  }
  for (int64_t k = 0; k < depth; k++) {
    v16 v = load16(b + k * ldb);
    const float* x = a + k * step;
    c0 += x[0] * v; c1 += x[row] * v; c2 += x[2 * row] * v; c3 += x[3 * row] * v;
    c4 += x[4 * row] * v; c5 += x[5 * row] * v; c6 += x[6 * row] * v; c7 += x[7 * row] * v;
  }
  store16(c, c0); store16(c + ldc, c1); store16(c + 2 * ldc, c2); store16(c + 3 * ldc, c3);
  store16(c + 4 * ldc, c4); store16(c + 5 * ldc, c5); store16(c + 6 * ldc, c6); store16(c + 7 * ldc, c7);
}

// A 32-bit hash of an index under a seed (murmur3's finaliser, twice): a stream of coin flips that any thread can enter anywhere.
RL_INLINE uint32_t coin(uint32_t index, uint32_t low, uint32_t high) {
  uint32_t x = index * 0x9e3779b1u + low;
  x ^= x >> 16; x *= 0x85ebca6bu;
  x ^= x >> 13; x *= 0xc2b2ae35u;
  x ^= high;
  x ^= x >> 16; x *= 0x7feb352du;
  return x ^ (x >> 15);
}
