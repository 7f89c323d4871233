// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension StageBench {
  /// Every operation on one key or several is answered with one result for each.
  func answersEachKey() async {
    for operation in Self.operations {
      for keys in [[1], [1, 2, 3, 4]] {
        guard let reply = await attempt(operation, keys) else { continue }
        let isWhole =
          switch operation {
          case .invalidate, .clear: true
          default: reply.results.count == keys.count
          }
        expect(isWhole, "\(keys.count) results to a \(operation.name)", "\(reply.results.count)")
      }
    }
    _ = await attempt(.read, [])
  }

  /// A change reaches the stages further in for every key, unless it is refused.
  func passesChangesOn() async {
    for operation in Self.operations where operation.isChange {
      inner.forget()
      guard let reply = await attempt(operation, [1, 2]) else { continue }
      let seen = inner.passings.filter { $0.operation.name == operation.name }
      switch operation {
      case .invalidate, .clear:
        expect(!seen.isEmpty, "a \(operation.name) passed on", "it was kept back")
      default:
        let keys = Set(seen.flatMap(\.keys))
        for (number, result) in zip([1, 2], reply.results) {
          if case .refused = result.outcome { continue }
          expect(
            keys.contains(key(number)), "a \(operation.name) passed on for every key",
            "it was kept back for some")
        }
      }
    }
  }

  /// Each result belongs to its key, whoever loads.
  func keepsTheOrderOfABatch() async {
    for (isBulk, keys) in [(false, [3, 1, 2]), (true, [6, 4, 5]), (false, [2, 7, 3, 8, 1])] {
      guard let reply = await attempt(.read, keys, isBulk: isBulk) else { continue }
      let found = reply.results.map { $0.entry?.payload?.live(as: Int.self) }
      let right = keys.map(value)
      expect(found == right, "\(right) for keys \(keys)", "\(found)")
    }
  }

  /// A batch of missing keys goes on as one batch.
  func keepsABatchWhole() async {
    await attempt(.read, [1, 2, 3, 4, 5], isBulk: true)
    let sizes = inner.passings.map(\.keys.count)
    expect(sizes == [5], "one request for a batch of 5", "requests for \(sizes) keys")
  }

  /// What was loaded travels outwards with its lease, or says why it must not be stored.
  func keepsLeases() async {
    await attempt(.read, [1])
    guard let reply = outer.passings.last?.reply?.first, case .loaded = reply.outcome else {
      return add("a loaded value", "none")
    }
    if reply.unstorable != nil || reply.isShared { return }
    guard let lease = reply.lease else { return add("the lease of what was loaded", "none") }
    expect(lease.isValid, "a lease that is still good", "one that was revoked")
    expect(
      reply.entry?.createdAt == lease.createdAt, "the createdAt that the loader's end gave",
      "another")
  }

  /// After an invalidation has returned, nothing older is served as fresh.
  func forgetsWhatIsInvalidated() async {
    let changes: [CacheOperation] = [
      .remove, .expire, .invalidate(["check"]), .clear, .write(.one(LoadedValue(nil))),
    ]
    for change in changes {
      await attempt(.read, [1])
      edition.withLock { $0 += 1 }
      await attempt(change, [1])
      guard let reply = await attempt(.read, [1])?.first else { continue }
      if case .stale = reply.outcome, case .expire = change { continue }
      let found = reply.entry?.payload?.live(as: Int.self)
      expect(
        found == value(1), "the new value after a \(change.name)",
        found.map { "the value \($0) instead of \(value(1))" } ?? "none")
    }
  }

  /// A failed load is a result that says so, or a stale entry that does.
  func reportsFailedLoads() async {
    source.withLock { $0 = .fails }
    guard let reply = await attempt(.read, [1])?.first else { return }
    switch reply.outcome {
    case .failed(let error):
      expect(error.underlying is SourceFailure, "the loader's own error inside", "\(error)")
    case .stale, .refused: break
    case .hit, .loaded, .renewed, .miss, .done:
      add("a failed load reported as failed", "\(reply.outcome)")
    }
  }

  /// What a stage further in throws bears that stage's name, not this one's.
  func leavesOthersTheirBlame() async {
    inner.fail(with: SourceFailure())
    do {
      let reply = try await send(.read, [1]).first
      switch reply.outcome {
      case .failed, .stale, .refused, .miss: break
      case .hit, .loaded, .renewed, .done: add("a failure inside to be told", "\(reply.outcome)")
      }
    } catch let error as CacheError {
      expect(
        error.stage == StageProbe.id || error.code != .stageFailed,
        "the name of the stage that threw", error.stage.map { "'\($0)'" } ?? "none")
    } catch {
      add("a CacheError with the name of the stage that threw", "\(type(of: error))")
    }
  }
}
