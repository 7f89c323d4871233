// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The first bytes of items: three bits say what it is, five how long or how much.
enum Wire {
  static let positive: UInt8 = 0x00
  static let negative: UInt8 = 0x20
  static let bytes: UInt8 = 0x40
  static let text: UInt8 = 0x60
  static let array: UInt8 = 0x80
  static let map: UInt8 = 0xA0
  static let tag: UInt8 = 0xC0
  static let simple: UInt8 = 0xE0

  static let emptyMap: UInt8 = 0xA0
  static let positiveBignum: UInt8 = 0xC2
  static let negativeBignum: UInt8 = 0xC3
  /// The head of 16 bytes, which is what a bignum of ours always has.
  static let bignumHead: UInt8 = 0x50
  static let no: UInt8 = 0xF4
  static let yes: UInt8 = 0xF5
  static let null: UInt8 = 0xF6
  static let undefined: UInt8 = 0xF7
  static let float: UInt8 = 0xFA
  static let double: UInt8 = 0xFB
}
