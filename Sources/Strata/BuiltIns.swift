// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Audit
import BinaryCodec
import CacheMetrics
import CacheTracing
import CircuitBreaker
import Coherence
import Compression
import Encryption
import FailSafe
import FileStore
import HotKeys
import InvalidationRules
import JSONCodec
import JournalQueue
import LoaderLimits
import Local
import LocalBus
import MemoryStore
import Negative
import PostgreSQLSink
import RESPStore
import Recorder
import RefreshAhead
import Remote
import SQLiteSink
import Sliding
import StaleWhileRevalidate
import StampedeGuard
public import StrataCore
import TTLJitter
import Validation
import VersionedKeys
import Warming
import WriteBehind
import WriteThrough

extension Registry {
  /// Everything that comes with Strata, registered like anybody else's plugin.
  public static var builtIn: Registry {
    var registry = Registry()
    for stage in builtInStages { try? registry.register(stage) }
    for store in builtInStores { try? registry.register(store) }
    for codec in builtInCodecs { try? registry.register(codec) }
    return registry
  }

  static let builtInStages: [any CacheStage.Type] = [
    Audit.self,
    CacheMetrics.self,
    CacheTracing.self,
    CircuitBreaker.self,
    Coherence.self,
    Compression.self,
    Encryption.self,
    FailSafe.self,
    HotKeys.self,
    InvalidationRules.self,
    LoaderLimits.self,
    Local.self,
    Negative.self,
    Recorder.self,
    RefreshAhead.self,
    Remote.self,
    Sliding.self,
    StaleWhileRevalidate.self,
    StampedeGuard.self,
    TTLJitter.self,
    Validation.self,
    VersionedKeys.self,
    Warming.self,
    WriteBehind.self,
    WriteThrough.self,
  ]

  static let builtInStores: [any CacheStore.Type] = [
    FileStore.self,
    JournalQueue.self,
    LocalBus.self,
    MemoryStore.self,
    PostgreSQLSink.self,
    RESPStore.self,
    SQLiteSink.self,
  ]

  static let builtInCodecs: [any PayloadCodec.Type] = [
    BinaryCodec.self,
    JSONCodec.self,
  ]
}
