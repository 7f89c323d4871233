// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
internal import StrataCore
internal import StrataNetwork
private import Synchronization

extension RESPFleet {
  /// Sends one command to whoever holds its slot, wherever that turns out to be.
  ///
  /// - Parameters:
  ///   - generation: the connection of the chosen node that it is for; `nil` where any will do.
  ///   - write: writes one command for the node; called again for each attempt.
  ///   - read: makes a result of a reply of that node.
  public nonisolated(nonsending) func send<Value: Sendable>(
    slot: Int, _ errand: RESPErrand = .once, timeout: Duration? = nil,
    generation: (Node) -> UInt64? = { _ in nil },
    _ write: (inout RESPWriter, Node) -> Void, read: (Node) -> RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    if let only {
      return try await only.client.send(
        isRepeatable: errand.isRepeatable, timeout: timeout, generation: generation(only),
        { write(&$0, only) }, read: read(only))
    }
    let deadline = runtime.now + (timeout ?? self.timeout)
    var way = RESPItinerary(mayUseReplica: errand.isReading && plan.readsReplicas)
    var (node, isAsked) = (try await holder(of: slot, until: deadline), false)
    while true {
      let left = max(.zero, deadline - runtime.now)
      do throws(RESPClientError) {
        if isAsked {
          return try await node.client.sendAsked(timeout: left, { write(&$0, node) }, read(node))
        }
        return try await node.client.send(
          isRepeatable: errand.isRepeatable, timeout: left, generation: generation(node),
          { write(&$0, node) }, read: read(node))
      } catch {
        let step = way.step(after: error, asked: node.client.configuration.endpoint)
        (node, isAsked) = try await take(step, error, errand, slot, node, deadline)
      }
    }
  }

  /// Sends several commands, each to whoever holds its slot and those of one server in one write,
  /// and joins the results in order.
  ///
  /// What fails fails alone: a server that is out of reach is the result of its own commands.
  ///
  /// - Parameters:
  ///   - slots: the slot of each.
  ///   - write: writes the command of that index for the node.
  public nonisolated(nonsending) func sendAll<Value: Sendable>(
    _ slots: [Int], _ errand: RESPErrand = .once, timeout: Duration? = nil,
    generation: @escaping @Sendable (Node) -> UInt64? = { _ in nil },
    _ write: @escaping @Sendable (inout RESPWriter, Int, Node) -> Void,
    read: @escaping @Sendable (Node) -> RESPReading<Value>
  ) async throws(RESPClientError) -> [Result<Value, RESPClientError>] {
    if slots.isEmpty { return [] }
    if let only {
      return try await only.client.sendAll(
        slots.count, isRepeatable: errand.isRepeatable, timeout: timeout,
        generation: generation(only), { write(&$0, $1, only) }, read: read(only))
    }
    let deadline = runtime.now + (timeout ?? self.timeout)
    var results = [Result<Value, RESPClientError>](
      repeating: .failure(.unavailable(nil)), count: slots.count)
    for (indices, found) in try await sendGroups(
      slots, errand, deadline, generation, write, read)
    {
      for (index, result) in zip(indices, found) { results[index] = result }
    }
    // What has to go elsewhere is little, or for a moment only: it goes one by one.
    for index in slots.indices where results[index].wantsAnotherWay {
      do throws(RESPClientError) {
        let value = try await send(
          slot: slots[index], errand, timeout: max(.zero, deadline - runtime.now),
          generation: generation, { write(&$0, index, $1) }, read: read)
        results[index] = .success(value)
      } catch {
        results[index] = .failure(error)
      }
    }
    return results
  }

  private nonisolated(nonsending) func sendGroups<Value: Sendable>(
    _ slots: [Int], _ errand: RESPErrand, _ deadline: Timestamp,
    _ generation: @escaping @Sendable (Node) -> UInt64?,
    _ write: @escaping @Sendable (inout RESPWriter, Int, Node) -> Void,
    _ read: @escaping @Sendable (Node) -> RESPReading<Value>
  ) async throws(RESPClientError) -> [([Int], [Result<Value, RESPClientError>])] {
    let groups = try await groups(of: slots, until: deadline)
    let left = max(.zero, deadline - runtime.now)
    let send = {
      @Sendable (node: Node, indices: [Int]) async -> ([Int], [Result<Value, RESPClientError>]) in
      do throws(RESPClientError) {
        return (
          indices,
          try await node.client.sendAll(
            indices.count, isRepeatable: errand.isRepeatable, timeout: left,
            generation: generation(node), { write(&$0, indices[$1], node) }, read: read(node))
        )
      } catch {
        return (indices, indices.map { _ in .failure(error) })
      }
    }
    if groups.count == 1 { return [await send(groups[0].node, groups[0].indices)] }
    return await withTaskGroup { tasks in
      for group in groups { tasks.addTask { await send(group.node, group.indices) } }
      return await tasks.reduce(into: []) { $0.append($1) }
    }
  }

  /// Those of the commands that go to one server, for each of them.
  private nonisolated(nonsending) func groups(
    of slots: [Int], until deadline: Timestamp
  ) async throws(RESPClientError) -> [(node: Node, indices: [Int])] {
    var groups: [(node: Node, indices: [Int])] = []
    var places: [ObjectIdentifier: Int] = [:]
    for (index, slot) in slots.enumerated() {
      let node = try await holder(of: slot, until: deadline)
      if let place = places[ObjectIdentifier(node)] {
        groups[place].indices.append(index)
      } else {
        places[ObjectIdentifier(node)] = groups.count
        groups.append((node, [index]))
      }
    }
    return groups
  }

  // MARK: Ways

  /// Who holds a slot, waited for as long as a survey may still find out.
  nonisolated(nonsending) func holder(
    of slot: Int, until deadline: Timestamp
  ) async throws(RESPClientError) -> Node {
    while true {
      let seen = surveyed.openings
      let (node, isHopeless, isClosed) = state.withLock { state in
        (state.owner(of: slot), state.failures > 0 || scout == nil, state.isClosed)
      }
      if isClosed { throw .closed }
      if let node { return node }
      if isHopeless { throw .unavailable(nil) }
      survey()
      await surveyed.wait(after: seen, until: deadline)
      if Task.isCancelled { throw .cancelled(.unsent) }
      if runtime.now >= deadline { throw .timedOut(.unsent) }
    }
  }

  private nonisolated(nonsending) func take(
    _ step: RESPItinerary.Step, _ error: RESPClientError, _ errand: RESPErrand, _ slot: Int,
    _ asked: Node, _ deadline: Timestamp
  ) async throws(RESPClientError) -> (Node, isAsked: Bool) {
    switch step {
    case .fail: throw error
    case .move(let moved, let endpoint):
      guard let node = self.moved(moved, to: endpoint) else { throw error }
      return (node, false)
    case .ask(let endpoint):
      guard errand.mayBeAsked, let node = node(at: endpoint) else { throw error }
      return (node, true)
    case .pause:
      try await pause(until: deadline, or: error)
      return (asked, false)
    case .survey:
      let seen = surveyed.openings
      survey()
      await surveyed.wait(after: seen, until: deadline)
      try await pause(until: deadline, or: error)
      return (try await holder(of: slot, until: deadline), false)
    case .replica:
      survey()
      guard let node = replica(of: slot) else { throw error }
      return (node, false)
    }
  }

  /// A copy of the slot's server.
  private func replica(of slot: Int) -> Node? {
    let copies = state.withLock { state in
      (state.layout[slot]?.replicas ?? []).map { state.nodes[$0] }
    }
    return copies.compactMap(\.self).first { $0.client.isConnected }
  }

  private nonisolated(nonsending) func pause(
    until deadline: Timestamp, or error: RESPClientError
  ) async throws(RESPClientError) {
    let pause = Duration.milliseconds(5) + .milliseconds(10) * runtime.random.unit()
    if runtime.now + pause >= deadline { throw error }
    do { try await runtime.clock.sleep(for: pause) } catch { throw .cancelled(.unsent) }
  }
}

extension Result where Failure == RESPClientError {
  /// Whether the server sent the command away without running it, or has left.
  fileprivate var wantsAnotherWay: Bool {
    guard case .failure(let error) = self else { return false }
    var way = RESPItinerary(mayUseReplica: true)
    return way.step(after: error, asked: .loopback) != .fail
  }
}

extension RESPClient {
  /// Sends a command behind `ASKING`, which lets a server answer for a slot it does not hold yet.
  fileprivate nonisolated(nonsending) func sendAsked<Value: Sendable>(
    timeout: Duration, _ write: (inout RESPWriter) -> Void, _ read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    // Replies come in order, and nothing is sent twice, so the first one is that to ASKING.
    let isAsking = AskingTurn()
    let results = try await sendAll(2, timeout: timeout) { writer, index in
      if index == 0 { writer.command("ASKING") } else { write(&writer) }
    } read: { (frame) throws(RESPClientError) -> Value? in
      if isAsking.take() { return nil }
      return try read(frame)
    }
    guard results.count == 2, case .success(nil) = results[0],
      let value = try results[1].get()
    else { throw .unexpectedReply(.null) }
    return value
  }
}

/// Says once that it is the first turn.
private final class AskingTurn: Sendable {
  private let isFirst = Atomic(true)
  func take() -> Bool { isFirst.exchange(false, ordering: .relaxed) }
}
