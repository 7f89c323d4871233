// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A listener of a ``MemoryNetwork``.
final class MemoryListener: Listener {
  let endpoint: Endpoint
  let options: ListenOptions
  let makeHandler: @Sendable () -> any ConnectionHandler
  private let network: MemoryNetwork

  init(
    network: MemoryNetwork, endpoint: Endpoint, options: ListenOptions,
    makeHandler: @escaping @Sendable () -> any ConnectionHandler
  ) {
    self.network = network
    self.endpoint = endpoint
    self.options = options
    self.makeHandler = makeHandler
  }

  func close() { network.remove(self) }
}
