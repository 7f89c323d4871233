// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// A script that the server runs, known to it by its digest once it has been loaded.
public final class RESPScript: Sendable {
  /// The text, in Lua.
  public let source: String
  /// The digest under which servers know it: 40 hexadecimal digits.
  public let digest: String

  /// A script from its text.
  public init(_ source: String) {
    self.source = source
    digest = Array(source.utf8).withUnsafeBytes { SHA1.hexadecimal(of: $0) }
  }

  /// Loads the script on every new connection, so that no call has to be repeated for it.
  public var loading: RESPOpening {
    RESPOpening { writer, _ in
      self.writeLoading(&writer)
    } read: { _, _ in
    }
  }

  /// Writes `SCRIPT LOAD`.
  public func writeLoading(_ writer: inout RESPWriter) {
    writer.command("SCRIPT", "LOAD" as StaticString, source)
  }

  /// Writes `EVALSHA` with `keys` keys; that many arguments for keys and `arguments` others follow.
  public func write(_ writer: inout RESPWriter, keys: Int, arguments: Int) {
    writer.command("EVALSHA", arguments: 2 + keys + arguments)
    writer.argument(digest)
    writer.argument(Int64(keys))
  }
}

extension RESPClientError {
  /// Whether the server does not know the script and so has not run it.
  public var isUnknownScript: Bool {
    if case .server(let error) = self { error.code == "NOSCRIPT" } else { false }
  }
}

extension RESPClient {
  /// `EVALSHA`: runs a script; where the server does not know it, loads it first and runs it then.
  ///
  /// - Parameters:
  ///   - keys: every key that the script touches.
  ///   - isRepeatable: whether it may run twice, whatever others do in between.
  public func run<Value: Sendable>(
    _ script: RESPScript, keys: [[UInt8]], arguments: [any RESPArgument & Sendable] = [],
    isRepeatable: Bool = false, timeout: Duration? = nil, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    let write = { (writer: inout RESPWriter) in
      script.write(&writer, keys: keys.count, arguments: arguments.count)
      for key in keys { writer.argument(key) }
      for argument in arguments { argument.write(to: &writer) }
    }
    do throws(RESPClientError) {
      return try await send(isRepeatable: isRepeatable, timeout: timeout, write, read: read)
    } catch  where error.isUnknownScript {
      try await load(script, timeout: timeout)
      return try await send(isRepeatable: isRepeatable, timeout: timeout, write, read: read)
    }
  }

  /// `SCRIPT LOAD`.
  public func load(
    _ script: RESPScript, timeout: Duration? = nil
  ) async throws(RESPClientError) {
    _ = try await send(isRepeatable: true, timeout: timeout) { writer in
      script.writeLoading(&writer)
    } read: { (frame) throws(RESPClientError) in
      try frame.readBytes()
    }
  }
}
