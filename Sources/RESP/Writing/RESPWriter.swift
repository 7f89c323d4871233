// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Writes commands straight into the bytes that go to the server.
///
/// A command is an array of bulk strings with its count first. So it is opened with the number of
/// its arguments, and the arguments follow:
///
/// ```swift
/// writer.command("SET", key, value, "PX", 60_000)
///
/// writer.command("MGET", arguments: keys.count)
/// for key in keys { writer.argument(key) }
/// ```
///
/// No String and no array is made on the way; integers become digits in the buffer itself. Too many
/// or too few arguments would shift all that follows, so `isComplete` tells, and a connection takes
/// such a command back instead of sending it.
public struct RESPWriter: ~Copyable, Sendable {
  var buffer = RESPBuffer()

  /// Commands opened since `begin`.
  private(set) var commands = 0
  private var owed = 0
  private var isBroken = false

  /// A writer with nothing written.
  public init() {}

  /// The number of bytes written and not yet consumed.
  public var count: Int { buffer.count }

  /// Whether every command has as many arguments as it was opened with.
  public var isComplete: Bool { owed == 0 && !isBroken }

  /// Calls `body` with the bytes written, which are valid for the length of the call.
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try buffer.withUnsafeBytes(body)
  }

  /// Forgets any command before, whole or not, as far as counting goes.
  mutating func begin() {
    (commands, owed, isBroken) = (0, 0, false)
  }

  /// Opens a command that is followed by `arguments` calls of `argument`.
  public mutating func command(_ name: StaticString, arguments: Int) {
    open(arguments)
    bulk(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  /// Opens a command whose name is not known before the program runs.
  public mutating func command(named name: String, arguments: Int) {
    open(arguments)
    bulk(name)
  }

  /// Writes a whole command.
  @inlinable
  public mutating func command<each Argument: RESPArgument>(
    _ name: StaticString, _ arguments: repeat each Argument
  ) {
    var count = 0
    for _ in repeat (each Argument).self { count += 1 }
    command(name, arguments: count)
    for argument in repeat each arguments { argument.write(to: &self) }
  }

  /// Writes one argument: bytes.
  public mutating func argument(_ bytes: UnsafeRawBufferPointer) {
    settle()
    bulk(bytes)
  }

  /// Writes one argument: bytes.
  public mutating func argument(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { argument($0) }
  }

  /// Writes one argument: bytes.
  public mutating func argument(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { argument($0) }
  }

  /// Writes one argument: the UTF-8 of a text.
  public mutating func argument(_ text: String) {
    settle()
    bulk(text)
  }

  /// Writes one argument: the UTF-8 of a literal.
  public mutating func argument(_ text: StaticString) {
    argument(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Writes one argument: an integer in decimal.
  public mutating func argument(_ number: Int64) {
    settle()
    let length = RESPPen.digitCount(number.magnitude) + (number < 0 ? 1 : 0)
    var pen = RESPPen(buffer.reserve(64))
    pen.header(.bulkString, UInt64(length))
    if number < 0 { pen.put(UInt8(ascii: "-")) }
    pen.digits(number.magnitude)
    pen.lineBreak()
    buffer.commit(pen.count)
  }

  /// Writes one argument: a floating-point number in the fewest digits that give it back.
  public mutating func argument(_ number: Double) {
    argument(number.description)
  }

  private mutating func open(_ arguments: Int) {
    if owed > 0 || arguments < 0 || arguments > Int(Int32.max) { isBroken = true }
    commands += 1
    owed = max(0, arguments)
    header(.array, owed + 1)
  }

  private mutating func settle() {
    owed -= 1
    if owed < 0 { (owed, isBroken) = (0, true) }
  }
}

extension RESPWriter {
  mutating func header(_ type: UInt8, _ number: Int) {
    var pen = RESPPen(buffer.reserve(32))
    pen.header(type, UInt64(number))
    buffer.commit(pen.count)
  }

  @inline(__always)
  mutating func bulk(_ bytes: UnsafeRawBufferPointer, as type: UInt8 = .bulkString) {
    var pen = RESPPen(buffer.reserve(bytes.count + 32))
    pen.header(type, UInt64(bytes.count))
    pen.put(bytes)
    pen.lineBreak()
    buffer.commit(pen.count)
  }

  @inline(__always)
  mutating func bulk(_ text: String) {
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
      bulk(UnsafeRawBufferPointer($0))
    }
    if isDone == nil { Array(text.utf8).withUnsafeBytes { bulk($0) } }
  }
}
