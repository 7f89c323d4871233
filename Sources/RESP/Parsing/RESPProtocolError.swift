// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why bytes received are not RESP, or are more of it than the limits allow.
///
/// There is no way to find the next frame after such an error; the connection must be closed. No
/// case carries any byte received, because it may be a part of someone's value.
public enum RESPProtocolError: Error, Sendable, Hashable {
  /// The first byte of a value is none of the known types.
  case unknownType
  /// A length or count is not a decimal number, or is negative where nothing can be.
  case malformedLength
  /// An integer, double or big number is not one, or an integer exceeds 64 bits.
  case malformedNumber
  /// A boolean other than `t` or `f`, or a null with content.
  case malformedConstant
  /// A verbatim string without its three-letter format and colon.
  case malformedVerbatim
  /// A carriage return without line feed, or the reverse, or a payload longer than its length.
  case missingTerminator
  /// A line longer than the limit.
  case lineTooLong
  /// A string longer than the limit.
  case payloadTooLong
  /// More values in one frame than the limit.
  case tooManyElements
  /// A frame longer than the limit.
  case frameTooLong
  /// Nesting deeper than the limit.
  case tooDeep
  /// A push within another value.
  case misplacedPush
  /// A chunk outside a streamed string, or something else inside it.
  case misplacedChunk
  /// An end mark outside a streamed array, set or map.
  case misplacedEnd
  /// A streamed map that ends between a key and its value.
  case unpairedKey
  /// An attribute with no value after it.
  case danglingAttribute
}
