// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What became of one key of a request.
public enum Outcome: Sendable {
  /// A fresh entry was found in the tier named.
  case hit(tier: String)
  /// A stale entry was served, for the reason given, and is marked by this.
  case stale(tier: String, StaleReason)
  /// The loader ran and its value was taken.
  case loaded
  /// The loader confirmed that the stale entry is still right.
  case renewed
  /// Nothing was found, and nobody loaded.
  case miss(MissReason)
  /// A write, removal or other change was carried out.
  case done
  /// The change was declined and nothing was altered, for the reason given.
  case refused(RefusalReason)
  /// The loader failed and nothing else could be served.
  indirect case failed(CacheError)

  /// Whether the change was declined.
  public var isRefusal: Bool { if case .refused = self { true } else { false } }
}

/// Why a stale entry was served.
public enum StaleReason: String, Sendable, Hashable {
  /// The loader failed.
  case loaderFailed = "loader-failed"
  /// The loader took longer than the soft timeout.
  case softTimeout = "soft-timeout"
  /// The caller's deadline or the hard timeout passed.
  case hardTimeout = "hard-timeout"
  /// The loader failed a moment ago and is left alone for now.
  case throttled
  /// A refresh runs behind.
  case refreshing
  /// Another node loads, and the wait for it ended.
  case waiting
  /// A circuit breaker is open.
  case breakerOpen = "breaker-open"
  /// Too many loads wait already.
  case overloaded
  /// The caller asked for whatever there is.
  case asked
  /// The configured default was served because there was nothing else.
  case defaultValue = "default-value"
}

/// Why nothing was found.
public enum MissReason: String, Sendable, Hashable, CaseIterable {
  /// As far as anybody remembers, the key was never stored.
  case neverCached = "never-cached"
  /// The entry's time was over.
  case expired
  /// The entry was pushed out by others.
  case evicted
  /// The entry was removed or invalidated.
  case invalidated
  /// The entry was there and was rejected: damaged, foreign, of another type, or too old.
  case rejected
  /// The tier was skipped, or failed.
  case unavailable
}

/// Why a change was declined.
public enum RefusalReason: String, Sendable, Hashable {
  /// A newer version is stored already.
  case older
  /// The key was invalidated while the value was being loaded.
  case leaseRevoked = "lease-revoked"
  /// The value is larger than the store or a stage allows.
  case tooLarge = "too-large"
  /// A stage found the value invalid.
  case invalid
  /// The loader asked for it not to be stored.
  case notStorable = "not-storable"
  /// Too many writes to this key.
  case rateLimited = "rate-limited"
  /// There is nothing to change.
  case absent
  /// The store takes no more.
  case full
}
