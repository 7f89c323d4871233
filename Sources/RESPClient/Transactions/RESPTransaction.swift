// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// Commands that run together or not at all, with nothing of others in between.
///
/// ```swift
/// var transfer = RESPTransaction()
/// transfer.add("DECRBY", "{bank}:alice", 10)
/// transfer.add("INCRBY", "{bank}:bob", 10)
/// let replies = try await client.run(transfer)
/// ```
///
/// A server runs what it can: a command that fails, such as one on a key of another kind, fails
/// alone, and its error is its reply.
public struct RESPTransaction: Sendable {
  private var commands: [(name: String, arguments: [any RESPArgument & Sendable])] = []

  /// A transaction without commands.
  public init() {}

  /// How many commands there are.
  public var count: Int { commands.count }

  /// Adds a command.
  public mutating func add(_ name: String, _ arguments: any RESPArgument & Sendable...) {
    commands.append((name, arguments))
  }

  func write(_ index: Int, _ writer: inout RESPWriter) {
    if index == 0 { return writer.command("MULTI") }
    if index > commands.count { return writer.command("EXEC") }
    let command = commands[index - 1]
    writer.command(named: command.name, arguments: command.arguments.count)
    for argument in command.arguments { argument.write(to: &writer) }
  }

  /// What came of it: the replies, or `nil` where something that was watched has changed.
  func outcome(
    _ replies: [Result<RESPValue, RESPClientError>]
  ) throws(RESPClientError) -> [RESPValue]? {
    guard let last = replies.last else { throw .unexpectedReply(.null) }
    do throws(RESPClientError) {
      let answer = try last.get()
      if answer.isNull { return nil }
      guard let elements = answer.elements, elements.count == count else {
        throw .unexpectedReply(.array)
      }
      return elements
    } catch {
      // EXECABORT says only that a command was refused; the refusal itself came before.
      for case .failure(let refusal) in replies.dropLast() { throw refusal }
      throw error
    }
  }
}

extension RESPClient {
  /// Runs a transaction: `MULTI`, its commands and `EXEC`, in one write and one round trip.
  ///
  /// The commands of one group lie next to each other on the connection, so those of other callers
  /// cannot fall in between.
  public func run(
    _ transaction: RESPTransaction, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPValue] {
    guard let replies = try await attempt(transaction, nil, timeout) else {
      throw .unexpectedReply(.null)
    }
    return replies
  }

  func attempt(
    _ transaction: RESPTransaction, _ generation: UInt64?, _ timeout: Duration?
  ) async throws(RESPClientError) -> [RESPValue]? {
    if transaction.count == 0 { return [] }
    let replies = try await sendAll(
      transaction.count + 2, timeout: timeout, generation: generation
    ) { writer, index in
      transaction.write(index, &writer)
    } read: { (frame) throws(RESPClientError) in
      frame.value()
    }
    return try transaction.outcome(replies)
  }
}
