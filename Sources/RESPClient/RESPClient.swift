// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataCore
internal import StrataNetwork

/// A client of one Redis or Valkey server over one connection, shared by any number of tasks.
///
/// ```swift
/// let runtime = CacheRuntime.live(network: SocketNetwork())
/// let client = try RESPClient(
///   RESPClientConfiguration(url: "redis://127.0.0.1:6379"), runtime: runtime)
/// client.start()
/// try await client.set("greeting", "hello", expiry: .seconds(60))
/// let text = try await client.get("greeting")
/// await client.close()
/// ```
///
/// - **Pipelining** needs no cooperation: commands of one turn of the loop leave in one write.
/// - **A deadline** bounds every call. A caller that is cancelled or out of time leaves its slot in
///   the conversation behind, so its late reply reaches nobody, and nobody else is harmed.
/// - **A lost connection** is made again, with backoff and jitter. Callers wait for it, within
///   their deadlines, until an attempt has failed; from then on they are told at once.
/// - **Retried** is what was never sent, and of the rest only what the call says may run twice. A
///   command whose fate is unknown is reported as that.
/// - **Full** connections hold callers back within their deadlines.
public final class RESPClient: Sendable {
  /// Where it connects to and what bounds it.
  public var configuration: RESPClientConfiguration { link.configuration }

  let link: RESPLink
  private let life = Lock<(any SpawnedTask)?>(nil)

  /// How often a command is sent at most.
  private static let attempts = 3

  /// Creates a client; `start` connects it. Throws where the runtime has no sockets.
  ///
  /// - Parameters:
  ///   - openings: what is sent first on every new connection.
  ///   - onEvent: what is told of every connection that comes and goes, in order. It must not
  ///     block.
  public init(
    _ configuration: RESPClientConfiguration, runtime: CacheRuntime, openings: [RESPOpening] = [],
    onEvent: @escaping @Sendable (RESPEvent) -> Void = { _ in }
  ) throws(RESPClientError) {
    guard let network = runtime.network as? any Network else { throw .unavailable(nil) }
    link = RESPLink(
      configuration, network: network, runtime: runtime, openings: openings, onEvent: onEvent)
  }

  /// Begins to connect, and to keep connected.
  public func start() {
    life.withLock { life in
      guard life == nil else { return }
      life = link.runtime.tasks.spawn("resp connection") { [link] in await link.live() }
    }
  }

  /// Waits until the first connection stands or has failed, at most for `time`.
  ///
  /// - Returns: whether there is a connection.
  @discardableResult
  public func waitUntilConnected(atMost time: Duration) async -> Bool {
    let deadline = link.runtime.now + time
    while true {
      let openings = link.gate.openings
      let (isReady, isOver) = link.state.withLock { state in
        (state.machine.isReady, state.isClosed || state.failures > 0)
      }
      if isReady || isOver || link.runtime.now >= deadline || Task.isCancelled { return isReady }
      await link.gate.wait(after: openings, until: deadline)
    }
  }

  /// Ends the connection. Whoever waits for a reply gets an error.
  public func close() async {
    link.close()
    let task = life.withLock { $0.take() }
    task?.cancel()
    await task?.wait()
  }

  /// How many commands wait for their replies, those nobody waits for any more included.
  public var outstanding: Int { link.state.withLock { $0.machine.outstanding } }

  /// How many connections there have been, the present one included.
  public var generation: UInt64 { link.state.withLock { $0.generation } }

  /// What the server said about itself; `nil` before the first connection, and from RESP2 servers.
  public var server: RESPServer? { link.state.withLock { $0.machine.server } }
}

extension RESPClient {
  /// Sends one command and reads its reply in place.
  ///
  /// - Parameters:
  ///   - isRepeatable: whether it may run twice, *whatever others do in between*. True of reading
  ///     and of writing under a version; not of `SET`, which would undo a later `DEL`.
  ///   - timeout: how long it may take; the client's where it is `nil`.
  ///   - generation: the connection it is for, where it makes no sense on another.
  ///   - write: writes exactly one command; called again for each attempt.
  ///   - read: makes a result of a reply that is no error.
  public nonisolated(nonsending) func send<Value: Sendable>(
    isRepeatable: Bool = false, timeout: Duration? = nil, generation: UInt64? = nil,
    _ write: (inout RESPWriter) -> Void, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    var journey = journey(isRepeatable: isRepeatable, timeout: timeout)
    while true {
      let call = RESPSingleCall(read)
      let end = await travel(call, 1, journey.deadline, generation) { writer, _ in write(&writer) }
      if case .done = end, let value = call.value { return value }
      try await prepareNext(&journey, after: end)
    }
  }

  /// Sends several commands, next to each other and in one write, and reads their replies in place.
  ///
  /// An error that the server answers one of them with is that one's result.
  ///
  /// - Parameters:
  ///   - count: how many; `write` is called with 0, 1 … to write one each.
  ///   - isRepeatable: whether all of them may run twice.
  public nonisolated(nonsending) func sendAll<Value: Sendable>(
    _ count: Int, isRepeatable: Bool = false, timeout: Duration? = nil, generation: UInt64? = nil,
    _ write: (inout RESPWriter, Int) -> Void, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> [Result<Value, RESPClientError>] {
    if count == 0 { return [] }
    var journey = journey(isRepeatable: isRepeatable, timeout: timeout)
    while true {
      let call = RESPGroupCall(count: count, read)
      let end = await travel(call, count, journey.deadline, generation, write)
      if case .done = end { return call.values }
      try await prepareNext(&journey, after: end)
    }
  }

  /// Sends a command that nobody waits for; it is dropped where it cannot be sent at once. Of what
  /// `read` throws only `unexpectedReply` has an effect: it ends the connection.
  public func post(
    _ write: (inout RESPWriter) -> Void,
    read: @escaping RESPReading<Void> = { _ in }
  ) {
    link.post(RESPNote(read), deadline: link.runtime.now + configuration.timeout, write)
  }

  private struct Journey {
    let deadline: Timestamp
    let isRepeatable: Bool
    var openings: UInt64
    var attempts = 1
  }

  private func journey(isRepeatable: Bool, timeout: Duration?) -> Journey {
    let clock = link.runtime.clock
    let deadline =
      timeout.map { clock.coarseNow + clock.coarseLag + $0 }
      ?? clock.coarseNow.advanced(byNanoseconds: link.patience)
    return Journey(
      deadline: deadline, isRepeatable: isRepeatable, openings: link.gate.openings)
  }

  private nonisolated(nonsending) func travel(
    _ call: RESPCall, _ count: Int, _ deadline: Timestamp, _ generation: UInt64?,
    _ write: (inout RESPWriter, Int) -> Void
  ) async -> RESPCall.End {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        link.offer(
          call, count: count, deadline: deadline, generation: generation, continuation, write)
      }
    } onCancel: {
      link.cancel(call)
    }
    return call.outcome
  }

  /// Waits until it makes sense to try again; throws where it does not.
  private nonisolated(nonsending) func prepareNext(
    _ journey: inout Journey, after end: RESPCall.End
  ) async throws(RESPClientError) {
    let clock = link.runtime.clock
    switch end {
    case .done: throw .unexpectedReply(.null)
    case .failed(.lost(let fate)):
      let mayRetry = fate == .unsent || journey.isRepeatable
      guard mayRetry, journey.attempts < Self.attempts else { throw .lost(fate) }
      journey.attempts += 1
    case .failed(let error): throw error
    case .notReady, .full:
      await link.gate.wait(after: journey.openings, until: journey.deadline)
    }
    if Task.isCancelled { throw .cancelled(.unsent) }
    if clock.now >= journey.deadline { throw .timedOut(.unsent) }
    journey.openings = link.gate.openings
  }
}
