// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Clients for one question each.
public struct RESPInquiry: Sendable {
  private let runtime: CacheRuntime

  /// Creates the means to ask.
  public init(runtime: CacheRuntime) { self.runtime = runtime }

  /// Puts a question to a server over a connection of its own.
  public func ask<Answer: Sendable>(
    _ configuration: RESPClientConfiguration,
    _ question: @Sendable (RESPClient) async throws(RESPClientError) -> Answer
  ) async throws(RESPClientError) -> Answer {
    let client = try RESPClient(configuration, runtime: runtime)
    client.start()
    let result: Result<Answer, RESPClientError>
    do throws(RESPClientError) {
      result = .success(try await question(client))
    } catch {
      result = .failure(error)
    }
    await client.close()
    return try result.get()
  }
}
