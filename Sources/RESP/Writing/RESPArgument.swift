// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Something that can be one argument of a command.
public protocol RESPArgument {
  /// Writes exactly one argument.
  func write(to writer: inout RESPWriter)
}

extension String: RESPArgument {
  /// Writes the text as UTF-8.
  public func write(to writer: inout RESPWriter) { writer.argument(self) }
}

extension StaticString: RESPArgument {
  /// Writes the text as UTF-8.
  public func write(to writer: inout RESPWriter) { writer.argument(self) }
}

extension Array: RESPArgument where Element == UInt8 {
  /// Writes the bytes as they are.
  public func write(to writer: inout RESPWriter) { writer.argument(self) }
}

extension Int: RESPArgument {
  /// Writes the number in decimal.
  public func write(to writer: inout RESPWriter) { writer.argument(Int64(self)) }
}

extension Int64: RESPArgument {
  /// Writes the number in decimal.
  public func write(to writer: inout RESPWriter) { writer.argument(self) }
}

extension Double: RESPArgument {
  /// Writes the number in the fewest digits that give it back.
  public func write(to writer: inout RESPWriter) { writer.argument(self) }
}
