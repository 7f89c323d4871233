// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import Synchronization
import StrataCore

/// The removals that the disk has not been told of because it failed.
///
/// A record that was lost on its way has replaced an older one of its key, in memory. On disk the
/// older one still stands, and a restart would bring it back. So every lost record leaves a debt: a
/// tombstone to be written as soon as the disk works again.
final class FileDebts: Sendable {
  /// How many single keys are remembered. Beyond, all is to be forgotten.
  static let limit = 1 << 16

  struct Account: Sendable {
    var digests: Set<UInt64> = []
    var clears: [ClearList.Note] = []
    /// Everything that stands in the log now is to be cleared.
    var all = false

    var isEmpty: Bool { digests.isEmpty && clears.isEmpty && !all }
  }

  private let account = Lock(Account())
  private let owes = Atomic<Bool>(false)

  /// Whether there is anything to write.
  var isEmpty: Bool { !owes.load(ordering: .acquiring) }

  /// Owes the tombstone of a key.
  func owe(_ digest: UInt64) {
    account.withLock { account in
      account.digests.insert(digest)
      if account.digests.count > Self.limit {
        account.digests = []
        account.all = true
      }
      owes.store(true, ordering: .releasing)
    }
  }

  /// Owes a clear.
  func owe(_ note: ClearList.Note) {
    account.withLock { account in
      account.clears.append(note)
      owes.store(true, ordering: .releasing)
    }
  }

  /// Owes a clear of everything.
  func oweAll() {
    account.withLock { account in
      account = Account(all: true)
      owes.store(true, ordering: .releasing)
    }
  }

  /// Takes everything that is owed; what fails again must be owed again.
  func take() -> Account {
    account.withLock { account in
      defer { account = Account() }
      owes.store(false, ordering: .releasing)
      return account
    }
  }
}
