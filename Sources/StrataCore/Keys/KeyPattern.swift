// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A pattern of keys: `*` stands for any bytes, `?` for one byte, `\` takes the next literally.
///
/// Matched against the encoded bytes of a key without its generation. Matching takes time
/// proportional to the product of both lengths at worst, never more.
public struct KeyPattern: Hashable, Sendable {
  private enum Piece: Hashable, Sendable {
    case byte(UInt8)
    case one
    case any
  }

  private let pieces: [Piece]
  /// The pattern as written.
  public let text: String
  /// What every key that matches begins with.
  public let prefix: [UInt8]

  /// Reads a pattern. Every text is one.
  public init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  /// Reads a pattern from bytes.
  public init(bytes: [UInt8]) {
    var pieces: [Piece] = []
    var isEscaped = false
    for byte in bytes {
      switch byte {
      case _ where isEscaped:
        pieces.append(.byte(byte))
        isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = true
      case UInt8(ascii: "*"): if pieces.last != .any { pieces.append(.any) }
      case UInt8(ascii: "?"): pieces.append(.one)
      default: pieces.append(.byte(byte))
      }
    }
    if isEscaped { pieces.append(.byte(UInt8(ascii: "\\"))) }
    self.pieces = pieces
    text = String(decoding: bytes, as: UTF8.self)
    prefix = pieces.prefix { if case .byte = $0 { true } else { false } }
      .compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
  }

  /// Bytes as a pattern that only they match.
  public static func escaped(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "\\")
        ? [UInt8(ascii: "\\"), byte] : [byte]
    }
  }

  /// Whether the bytes of a key match, whichever its generation.
  public func matches(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    let key = Array(bytes)
    let end = KeyScheme.endOfParts(in: key)
    var (position, piece) = (0, 0)
    // Where to go on when a `*` has to take one byte more.
    var retry: (piece: Int, position: Int)?
    while position < end {
      if piece < pieces.count, pieces[piece] == .any {
        retry = (piece, position)
        piece += 1
      } else if piece < pieces.count, pieces[piece] == .one || pieces[piece] == .byte(key[position])
      {
        (position, piece) = (position + 1, piece + 1)
      } else if let last = retry {
        retry = (last.piece, last.position + 1)
        (position, piece) = (last.position + 1, last.piece + 1)
      } else {
        return false
      }
    }
    return pieces[piece...].allSatisfy { $0 == .any }
  }
}
