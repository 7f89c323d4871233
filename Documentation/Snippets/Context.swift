// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// What the Swift blocks of the documentation take for granted: the application around them.

/// A value worth caching.
struct User: Codable, Sendable, Equatable {
  var id: Int
  var name: String
  var team = "red"
}

/// A slow source.
struct Database: Sendable {
  func user(_ id: Int) async throws -> User { User(id: id, name: "User \(id)") }
  func users(_ ids: [Int]) async throws -> [Int: User] {
    Dictionary(uniqueKeysWithValues: ids.map { ($0, User(id: $0, name: "User \($0)")) })
  }
}

let database = Database()
