// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a server says about itself in its answer to `HELLO`.
public struct RESPServer: Sendable, Hashable {
  /// The product: `redis`, `valkey` …
  public var name: String?
  /// The product's version, such as `7.0.15`.
  public var version: String?
  /// `standalone`, `cluster` or `sentinel`.
  public var mode: String?
  /// `master` or `replica`.
  public var role: String?
  /// The number that the server gave this connection.
  public var connection: Int64?

  /// What is told in `hello`, the answer to `HELLO`.
  init(_ hello: RESPValue) {
    name = hello["server"]?.string
    version = hello["version"]?.string
    mode = hello["mode"]?.string
    role = hello["role"]?.string
    connection = hello["id"]?.integer
  }
}
