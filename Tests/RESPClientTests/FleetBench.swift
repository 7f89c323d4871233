// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import StrataCore
import StrataNetwork
import StrataSystem

/// A fleet in the live world, closed at the end.
func withFleet<Result: Sendable>(
  _ url: String, readsReplicas: Bool = false, patience: Duration = .seconds(60),
  _ body: (RESPFleet<RESPClient>) async throws -> Result
) async throws -> Result {
  let network = SocketNetwork()
  defer { network.shutDown() }
  let runtime = CacheRuntime.live(reporter: SilentReporter(), network: network, disk: false)
  // What is tested here is not time, and the machine may be busy.
  let plan = RESPFleetPlan(try RESPFleetURL(url), readsReplicas: readsReplicas) {
    $0.timeout = patience
  }
  let fleet = try RESPFleet(plan, runtime: runtime)
  await fleet.open(atMost: patience)
  do {
    let result = try await body(fleet)
    await fleet.close()
    return result
  } catch {
    await fleet.close()
    throw error
  }
}

extension RESPFleet {
  func put(_ name: [UInt8], _ value: [UInt8]) async throws {
    _ = try await send(slot: slot(of: name)) { writer, _ in
      writer.command("SET", name, value)
    } read: { _ in
      { (frame) throws(RESPClientError) in try frame.readOK() }
    }
  }

  func fetch(_ name: [UInt8]) async throws -> [UInt8]? {
    try await send(slot: slot(of: name), .reading) { writer, _ in
      writer.command("GET", name)
    } read: { _ in
      { (frame) throws(RESPClientError) in try frame.readOptionalBytes() }
    }
  }

  func scanAll(_ pattern: String) async throws -> Set<[UInt8]> {
    var (place, found) = (UInt64(0), Set<[UInt8]>())
    repeat {
      let page = try await scan(from: place, matching: Array(pattern.utf8), count: 10)
      found.formUnion(page.keys)
      place = page.next
    } while place != 0
    return found
  }
}
