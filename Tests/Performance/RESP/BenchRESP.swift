// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BenchmarkKit
import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem

/// `GET` and `MGET` of 100-byte values over one connection to a real server on this machine, beside
/// a C program on hiredis and `redis-benchmark`, round for round in turn.
///
/// The tasks prefer the connection's loop, as those of a service on Strata's network do; names that
/// end in `pool` are those of tasks on the shared pool.
@main
enum BenchRESP {
  static let keys = (0..<1000).map { Array("key:\($0)".utf8) }
  static let rounds = 5
  static let milliseconds = 400

  static func main() async throws {
    let run = BenchmarkRun()
    guard run.wants("resp/") else { return }
    let server = try await RedisServer.start()
    defer { server.stop() }
    let network = SocketNetwork()
    let runtime = CacheRuntime.live(network: network, disk: false)
    let client = try RESPClient(RESPClientConfiguration(url: server.url), runtime: runtime)
    client.start()
    let value = [UInt8](repeating: 0x78, count: 100)
    for key in keys { try await client.set(key, value) }
    let loop = network.loops[0]
    let peers = Peers()
    try await measure(run, client, loop, peers, server.port)
    await client.close()
    network.shutDown()
  }

  private static func measure(
    _ run: BenchmarkRun, _ client: RESPClient, _ loop: EventLoop, _ peers: Peers, _ port: Int
  ) async throws {
    for tasks in [1, 64, 1000] {
      for (suffix, executor) in [("", loop), ("/pool", nil)] as [(String, EventLoop?)] {
        let name = "resp/get/tasks=\(tasks)\(suffix)"
        guard run.wants(name) else { continue }
        let mode = tasks == 1 ? "one" : "pipeline"
        var (ours, medians, theirs, theirMedians): ([Double], [Double], [Double], [Double]) =
          ([], [], [], [])
        for _ in 0..<rounds {
          let (rate, median) = try await gets(client, tasks: tasks, on: executor)
          ours.append(rate)
          medians.append(median)
          guard let peer = peers.hiredis(mode, port: port, milliseconds: milliseconds) else {
            continue
          }
          theirs.append(peer.rate)
          theirMedians.append(peer.median)
        }
        let peerName = tasks == 1 ? "hiredis" : "hiredis -P 64"
        run.record(name, median(ours), .perSecond, peer: peer(peerName, theirs))
        if tasks == 1 {
          run.record(
            "\(name)/p50", median(medians), .microseconds, peer: peer(peerName, theirMedians))
        }
        if tasks == 1000 {
          try await besideRedisBenchmark(run, client, executor, peers, port, name)
        }
      }
    }
    try await many(run, client, loop, peers, port)
  }

  private static func besideRedisBenchmark(
    _ run: BenchmarkRun, _ client: RESPClient, _ executor: EventLoop?, _ peers: Peers, _ port: Int,
    _ name: String
  ) async throws {
    var (ours, theirs): ([Double], [Double]) = ([], [])
    for _ in 0..<3 {
      ours.append(try await gets(client, tasks: 1000, on: executor).rate)
      peers.redisBenchmark(port: port, requests: 500_000).map { theirs.append($0) }
    }
    run.record(
      "\(name)/redis-benchmark", median(ours), .perSecond, peer: peer("redis-benchmark", theirs))
  }

  private static func many(
    _ run: BenchmarkRun, _ client: RESPClient, _ loop: EventLoop, _ peers: Peers, _ port: Int
  ) async throws {
    guard run.wants("resp/mget/64") else { return }
    var (ours, theirs): ([Double], [Double]) = ([], [])
    for _ in 0..<rounds {
      ours.append(try await batches(client, on: loop))
      peers.hiredis("mget", port: port, milliseconds: milliseconds).map { theirs.append($0.rate) }
    }
    run.record("resp/mget/64", median(ours), .perSecond, peer: peer("hiredis MGET", theirs))
  }

  /// Gets per second by so many tasks, and the median latency in microseconds of a single one.
  private static func gets(
    _ client: RESPClient, tasks: Int, on executor: EventLoop?
  ) async throws -> (rate: Double, median: Double) {
    let start = BenchmarkClock.nanoseconds()
    let end = start + UInt64(milliseconds) * 1_000_000
    let results = try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
      for task in 0..<tasks {
        group.addTask(executorPreference: executor) {
          var (count, latencies): (Int, [Double]) = (0, [])
          var now = BenchmarkClock.nanoseconds()
          while now < end {
            guard try await client.get(keys[(task &+ count) % keys.count]) != nil else { break }
            let after = BenchmarkClock.nanoseconds()
            if tasks == 1 { latencies.append(Double(after - now) / 1000) }
            (now, count) = (after, count + 1)
          }
          return (count, latencies)
        }
      }
      return try await group.reduce(into: (0, [])) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
    }
    let seconds = Double(BenchmarkClock.nanoseconds() - start) / 1e9
    return (Double(results.0) / seconds, median(results.1))
  }

  /// Keys per second by one task that asks for 64 at a time.
  private static func batches(_ client: RESPClient, on executor: EventLoop?) async throws -> Double
  {
    let start = BenchmarkClock.nanoseconds()
    let end = start + UInt64(milliseconds) * 1_000_000
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask(executorPreference: executor) {
        var count = 0
        while BenchmarkClock.nanoseconds() < end {
          let first = count % (keys.count - 64)
          count += try await client.get(Array(keys[first..<(first + 64)])).count
        }
        return count
      }
      return try await group.reduce(0, +)
    }
    return Double(count) / (Double(BenchmarkClock.nanoseconds() - start) / 1e9)
  }

  private static func median(_ samples: [Double]) -> Double { BenchmarkRun.median(samples) }

  private static func peer(_ name: String, _ samples: [Double]) -> (name: String, value: Double)? {
    samples.isEmpty ? nil : (name, median(samples))
  }
}
