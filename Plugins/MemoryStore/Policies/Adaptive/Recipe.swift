// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One way to run the rooms of ``RecipeRooms``: how large the window is, and who gets past it.
///
/// In every recipe an entry that falls out of the window gets into the main space if it was read
/// twice in the window, or if it wins a contest: it must be seen more often than the entry that
/// would have to leave.
struct Recipe: Sendable, Equatable {
  /// The part of the bound that belongs to the window, 0 to 1.
  var windowShare: Double
  /// By how much a newcomer must be ahead to win a contest. With 1 a cyclic scan cannot turn over
  /// the residents, each of which is always one read behind the newcomer.
  var lead: Int
  /// Whether a key that left not long ago goes straight to the main space when it is back.
  var welcomesBack: Bool

  /// Creates a recipe.
  init(windowShare: Double, lead: Int = 0, welcomesBack: Bool = false) {
    self.windowShare = windowShare
    self.lead = lead
    self.welcomesBack = welcomesBack
  }
}
