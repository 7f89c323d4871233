// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
internal import StrataCore
internal import StrataNetwork

extension RESPFleet {
  /// Runs a script on the server that holds `slot`; where it does not know the script, loads it
  /// there first and runs it then.
  ///
  /// - Parameter keys: every name that the script touches, all in the slot.
  public func run<Value: Sendable>(
    _ script: RESPScript, slot: Int, keys: [[UInt8]],
    arguments: [any RESPArgument & Sendable] = [], _ errand: RESPErrand = .once,
    timeout: Duration? = nil, read: (Node) -> RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    let write = { (writer: inout RESPWriter, _: Node) in
      script.write(&writer, keys: keys.count, arguments: arguments.count)
      for key in keys { writer.argument(key) }
      for argument in arguments { argument.write(to: &writer) }
    }
    do throws(RESPClientError) {
      return try await send(slot: slot, errand, timeout: timeout, write, read: read)
    } catch  where error.isUnknownScript {
      try await load(script, forSlots: [slot])
      return try await send(slot: slot, errand, timeout: timeout, write, read: read)
    }
  }

  /// `SCRIPT LOAD` on every server that holds one of the slots.
  public func load(
    _ script: RESPScript, forSlots slots: [Int]
  ) async throws(RESPClientError) {
    var loaded: [ObjectIdentifier] = []
    for slot in slots {
      guard let node = owner(of: slot), !loaded.contains(ObjectIdentifier(node)) else { continue }
      try await node.client.load(script)
      loaded.append(ObjectIdentifier(node))
    }
  }

  /// The values of names, in their order: `MGET` from one server, else a `GET` for each, in one
  /// write to each server.
  public nonisolated(nonsending) func get(
    _ names: [[UInt8]], timeout: Duration? = nil
  ) async throws(RESPClientError) -> [[UInt8]?] {
    if let only { return try await only.client.get(names, timeout: timeout) }
    let results = try await sendAll(
      names.map { slot(of: $0) }, .reading, timeout: timeout
    ) { writer, index, _ in
      writer.command("GET", arguments: 1)
      writer.argument(names[index])
    } read: { _ in
      { (frame) throws(RESPClientError) in try frame.readOptionalBytes() }
    }
    var values: [[UInt8]?] = []
    for result in results { values.append(try result.get()) }
    return values
  }
}
