// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Decompresses DEFLATE (RFC 1951), within a limit.
///
/// Our own, so that reading a trace needs no library that whoever builds Strata would have to
/// install. It decodes what any compressor writes and never writes such data itself.
struct Inflater {
  private static let lengthBase = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthBits: [UInt32] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBase = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]
  private static let distanceBits: [UInt32] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
  ]
  /// In which order the lengths of the code for code lengths come.
  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  private static let endOfBlock = 256

  private var reader: BitReader
  private let limit: Int
  private(set) var output: [UInt8] = []

  /// Creates an inflater of what begins at `position` and makes at most `limit` bytes.
  init(_ bytes: UnsafeRawBufferPointer, from position: Int, limit: Int) {
    reader = BitReader(bytes, from: position)
    self.limit = limit
  }

  /// Decompresses to the end of the stream; returns the position behind it.
  mutating func run() throws(TraceError) -> Int {
    var isLast = false
    while !isLast {
      isLast = try reader.bit() == 1
      switch try reader.bits(2) {
      case 0: try copyStored()
      case 1: try expand(Self.fixedCode(), Self.fixedDistances())
      case 2:
        let (code, distances) = try readCodes()
        try expand(code, distances)
      default: throw .damaged("a block is of no known kind")
      }
    }
    return reader.bytePosition
  }

  private mutating func copyStored() throws(TraceError) {
    let head = try reader.alignedBytes(4)
    let length = UInt16(head[0]) | UInt16(head[1]) << 8
    let complement = UInt16(head[2]) | UInt16(head[3]) << 8
    guard length == ~complement else { throw .damaged("a stored block has two lengths") }
    try makeRoom(for: Int(length))
    output.append(contentsOf: try reader.alignedBytes(Int(length)))
  }

  private mutating func expand(
    _ code: HuffmanCode, _ distances: HuffmanCode
  ) throws(TraceError) {
    while true {
      let symbol = try code.decode(&reader)
      if symbol == Self.endOfBlock { return }
      if symbol < Self.endOfBlock {
        try makeRoom(for: 1)
        output.append(UInt8(symbol))
      } else {
        try repeatEarlier(symbol - Self.endOfBlock - 1, distances)
      }
    }
  }

  private mutating func repeatEarlier(
    _ symbol: Int, _ distances: HuffmanCode
  ) throws(TraceError) {
    guard symbol < Self.lengthBase.count else { throw .damaged("a length is unknown") }
    let length = Self.lengthBase[symbol] + Int(try reader.bits(Self.lengthBits[symbol]))
    let place = try distances.decode(&reader)
    guard place < Self.distanceBase.count else { throw .damaged("a distance is unknown") }
    let distance = Self.distanceBase[place] + Int(try reader.bits(Self.distanceBits[place]))
    guard distance <= output.count else { throw .damaged("a distance leads before the start") }
    try makeRoom(for: length)
    // One by one: what is repeated may be what is being written.
    for _ in 0..<length { output.append(output[output.count - distance]) }
  }

  private func makeRoom(for count: Int) throws(TraceError) {
    if output.count > limit - count { throw .tooLarge(limit) }
  }

  // MARK: Codes

  private static func fixedCode() throws(TraceError) -> HuffmanCode {
    let lengths = (0..<288).map { symbol -> UInt8 in
      switch symbol {
      case ..<144: 8
      case ..<256: 9
      case ..<280: 7
      default: 8
      }
    }
    return try HuffmanCode(lengths: lengths[...])
  }

  private static func fixedDistances() throws(TraceError) -> HuffmanCode {
    try HuffmanCode(lengths: [UInt8](repeating: 5, count: 30)[...])
  }

  private mutating func readCodes() throws(TraceError) -> (HuffmanCode, HuffmanCode) {
    let literals = Int(try reader.bits(5)) + 257
    let distances = Int(try reader.bits(5)) + 1
    var short = [UInt8](repeating: 0, count: 19)
    for place in 0..<Int(try reader.bits(4)) + 4 {
      short[Self.lengthOrder[place]] = UInt8(try reader.bits(3))
    }
    let lengthCode = try HuffmanCode(lengths: short[...])
    var lengths: [UInt8] = []
    while lengths.count < literals + distances {
      let (value, times) = try readLength(lengthCode, before: lengths.last)
      lengths += repeatElement(value, count: times)
    }
    guard lengths.count == literals + distances else { throw .damaged("too many code lengths") }
    return (
      try HuffmanCode(lengths: lengths[..<literals]), try HuffmanCode(lengths: lengths[literals...])
    )
  }

  private mutating func readLength(
    _ code: HuffmanCode, before: UInt8?
  ) throws(TraceError) -> (value: UInt8, times: Int) {
    let symbol = try code.decode(&reader)
    switch symbol {
    case 16:
      guard let before else { throw .damaged("nothing to repeat") }
      return (before, 3 + Int(try reader.bits(2)))
    case 17: return (0, 3 + Int(try reader.bits(3)))
    case 18: return (0, 11 + Int(try reader.bits(7)))
    default: return (UInt8(symbol), 1)
    }
  }
}
