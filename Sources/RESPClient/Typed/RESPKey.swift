// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// The name of something on a server: any bytes, most often text.
public struct RESPKey: Sendable, Hashable, RESPArgument, ExpressibleByStringInterpolation {
  /// The bytes.
  public let bytes: [UInt8]

  /// A name of bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
  /// A name of text.
  public init(_ text: String) { bytes = Array(text.utf8) }
  /// A name of text.
  public init(stringLiteral text: String) { self.init(text) }

  /// Writes the bytes as they are.
  public func write(to writer: inout RESPWriter) { writer.argument(bytes) }
}
