// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// How writes are delivered: in what portions, how often, how patiently.
struct DeliveryPace: Sendable {
  let batch: Int
  let interval: Duration
  let limit: Int
  let whenFull: FullQueue
  let attempts: Int
  let backoff: Backoff
  let timeout: Duration

  /// How many entries are looked at for one batch: more than it takes, since a key that is written
  /// again and again is delivered once.
  var window: Int { batch > Int.max / 10 ? batch : batch * 10 }
}
