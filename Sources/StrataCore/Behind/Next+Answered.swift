// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Next {
  /// Passes on what is not answered yet, and returns all replies in the order of the keys.
  ///
  /// `answers` has one place for each key of `request`, empty where the stage has no answer.
  public nonisolated(nonsending) func callAsFunction(
    _ request: CacheRequest, answered answers: Batch<KeyReply?>
  ) async throws -> CacheReply {
    if case .one(let answer) = answers {
      guard let answer else { return try await self(request) }
      return CacheReply(answer)
    }
    let open = answers.indices.filter { answers[$0] == nil }
    if open.count == answers.count { return try await self(request) }
    var results = answers.mapEach { $0 ?? KeyReply(.miss(.unavailable)) }
    guard !open.isEmpty else { return CacheReply(results) }
    let replies = try await self(request.narrowed(to: open)).results
    for (index, position) in open.enumerated() { results[position] = replies[index] }
    return CacheReply(results)
  }
}
