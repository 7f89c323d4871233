// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
public import StrataNetwork

/// Learns the layout of a cluster from any of its servers.
///
/// Those it is connected to are asked first, then the seeds. The first answer that names an owner
/// for at least one slot counts: where it is out of date, the servers say so when they are asked
/// for something, and the next survey corrects it.
public struct RESPClusterScout: RESPScout {
  private let template: RESPClientConfiguration
  private let seeds: [Endpoint]

  /// A scout.
  ///
  /// - Parameters:
  ///   - seeds: some servers of the cluster, at least one.
  ///   - template: how to connect to each of them; its endpoint means nothing.
  public init(seeds: [Endpoint], template: RESPClientConfiguration) {
    self.seeds = seeds
    self.template = template
  }

  /// A server of a cluster knows what it is.
  public var doubtsAfterLoss: Bool { false }

  /// Asks one after the other for `CLUSTER SLOTS`.
  public func survey(
    known: [Endpoint: RESPClient], asking connect: RESPInquiry
  ) async throws(RESPClientError) -> RESPLayout {
    var reason = RESPClientError.unavailable(nil)
    for (endpoint, client) in known.inOrder where client.isConnected {
      do throws(RESPClientError) {
        if let layout = try await Self.slots(client, endpoint) { return layout }
      } catch {
        reason = error
      }
    }
    for seed in seeds {
      do throws(RESPClientError) {
        let configuration = template.leading(to: seed)
        let layout = try await connect.ask(configuration) {
          (client) async throws(RESPClientError) in try await Self.slots(client, seed)
        }
        if let layout { return layout }
      } catch {
        reason = error
      }
    }
    throw reason
  }

  private static func slots(
    _ client: RESPClient, _ asked: Endpoint
  ) async throws(RESPClientError) -> RESPLayout? {
    let answer = try await client.command("CLUSTER", ["SLOTS"], isRepeatable: true)
    guard let layout = RESPLayout(clusterSlots: answer, asked: asked), !layout.shards.isEmpty
    else { return nil }
    return layout
  }
}

extension RESPClientConfiguration {
  /// The same for another server.
  public func leading(to endpoint: Endpoint) -> RESPClientConfiguration {
    var configuration = self
    configuration.endpoint = endpoint
    return configuration
  }
}
