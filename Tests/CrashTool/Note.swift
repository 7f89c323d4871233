// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Glibc

/// What the victim tells its hunter: seventeen bytes on a pipe, written at once.
struct Note {
  enum Kind: UInt8 {
    /// The key has the value of that serial.
    case stored = 1
    /// The key was removed at that serial.
    case removed = 2
    /// The journal has an entry, `key` being its number.
    case journaled = 3
    /// The journal's entries up to `key` are about to be finished.
    case finishing = 4
    /// The key is about to be removed at that serial.
    case removing = 5
    /// The cache over the database has acknowledged that serial.
    case written = 6
  }

  static let size = 17

  var kind: Kind
  var key: UInt64
  var serial: UInt64

  init(_ kind: Kind, key: UInt64, serial: UInt64) {
    self.kind = kind
    self.key = key
    self.serial = serial
  }

  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.size, let first = bytes.first, let kind = Kind(rawValue: first) else {
      return nil
    }
    self.kind = kind
    key = Self.word(bytes.dropFirst())
    serial = Self.word(bytes.dropFirst(9))
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  func send() {
    let bytes =
      [kind.rawValue] + (0..<8).map { UInt8(truncatingIfNeeded: key >> ($0 * 8)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: serial >> ($0 * 8)) }
    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}

/// The value that belongs to a serial: its length and bytes follow from it.
func value(of serial: UInt64) -> [UInt8] {
  var mixed = serial &* 0x9E37_79B9_7F4A_7C15
  let count = 16 + Int(mixed >> 40) % 3_000
  return (0..<count).map { index in
    if index % 8 == 0 { mixed = (mixed ^ (mixed >> 29)) &* 0xBF58_476D_1CE4_E5B9 }
    return UInt8(truncatingIfNeeded: mixed >> UInt64(index % 8 * 8))
  }
}
