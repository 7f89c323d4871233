// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A canonical Huffman code: symbols in the order of their codes, and how many codes there are of
/// each length.
///
/// That is all that decoding needs: codes of one length are consecutive numbers, so a code is found
/// by subtraction, one length after the other. Slower than tables by a factor of three, and fast
/// enough for a file that is read once.
struct HuffmanCode {
  private static let longest = 15

  private var counts = [Int](repeating: 0, count: longest + 1)
  private var symbols: [UInt16] = []

  /// The code with these lengths, 0 for symbols that do not occur.
  init(lengths: ArraySlice<UInt8>) throws(TraceError) {
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var free = 1
    for length in 1...Self.longest {
      free = free * 2 - counts[length]
      if free < 0 { throw .damaged("a code has more words than fit") }
    }
    var next = [Int](repeating: 0, count: Self.longest + 2)
    for length in 1...Self.longest { next[length + 1] = next[length] + counts[length] }
    symbols = [UInt16](repeating: 0, count: next[Self.longest + 1])
    for (symbol, length) in lengths.enumerated() where length != 0 {
      symbols[next[Int(length)]] = UInt16(symbol)
      next[Int(length)] += 1
    }
  }

  /// The symbol of the next bits.
  func decode(_ reader: inout BitReader) throws(TraceError) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...Self.longest {
      code |= Int(try reader.bit())
      let count = counts[length]
      if code - first < count { return Int(symbols[index + code - first]) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw .damaged("a code word is unknown")
  }
}
