// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Sockets: the door through which all communication goes.
///
/// The core does no networking and only carries the door; `StrataNetwork` refines it with what a
/// connection can do. A store that needs sockets asks for the refinement when it is built, and
/// refuses the configuration where the runtime has none.
public protocol NetworkDoor: AnyObject, Sendable {}
