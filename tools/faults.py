"""The faults that the server must survive, and the tests that make each of them happen.

`./test faults` runs these; they are ordinary tests of their rooms and run in a plain ./test too. A pattern is a
program's name without `_test`, or `e2e`, and a test's name in it, with `*`.
"""
import re

FAULTS = {
    "Redis is killed": ["platform_security: SharedLimits.AKilledRedisLeavesEachItsShare",
                        "platform_storage: RedisOnItsOwn.ThatIsKilledIsNoticedAndFoundAgain",
                        "platform_storage: ChannelsOverRedis.TellThatTheConnectionBrokeAndCarryOn",
                        "platform_storage: CacheInRedis.HasNothingWhileRedisIsAway"],
    "Redis is stopped": ["platform_security: SharedLimits.APausedRedisLeavesEachItsShare",
                         "platform_storage: RedisOnItsOwn.ThatIsSilentCostsThreeWaitsAndThenOneASecond",
                         "platform_storage: ChannelsOverRedis.NoticeASilentRedis"],
    "Redis is flushed": ["platform_security: SharedLimits.AFlushedRedisCountsAnew",
                         "platform_storage: RedisOnItsOwn.RunsAScriptThatItHasForgotten"],
    "Redis is out of memory": ["platform_security: SharedLimits.ARedisWithoutMemoryLeavesEachItsShare",
                               "platform_storage: RedisOnItsOwn.OutOfMemoryIsUnavailable"],
    "PostgreSQL is restarted": ["platform_storage: TablesOnAServer.AreReachedAgainAfterARestart",
                                "platform_storage: TablesOnAServer.SayWhenTheServerHasBeenAwayForTooLong",
                                "platform_storage: PostgresStoreServer.ARestartIsWaitedForAndLosesNothing",
                                "platform_jobs: Outages.CostARunningJobNothing"],
    "PostgreSQL ends connections": [
        "platform_storage: TablesOnAServer.OutliveConnectionsThatWereEnded",
        "platform_storage: TablesOnAServer.AreWrittenOnceThoughTheConnectionBreaksInTheMiddle"],
    "kill -9": ["platform_storage: Kills/*.AtEveryBoundaryNothingIsLostAndNothingRunsTwice",
                "platform_storage: Kills/*.AtRandomMomentsNothingIsLostAndNothingRunsTwice",
                "platform_jobs: Kills/*.InMidJobAreTakenOverWithinFortyFiveSecondsAndFinishedOnce",
                "e2e: *test_a_job_whose_replica_is_killed_is_done_by_another_once"],
    "the power is lost": ["platform_storage: BlobsOnDisk.AreStillThereAfterALossOfPower",
                          "platform_storage: TablesOnABadDisk.KeepWhatTheySaidTheyKeptThroughALossOfPower"],
    "the store of photos is away": [
        "e2e: *test_while_the_store_is_away_people_are_told_and_what_is_deleted_is_gone_for_them"],
    "the disk is full": ["platform_storage: BlobsOnDisk.AreAllThereOrNotAtAllOnAFullDisk",
                         "platform_storage: BlobsOnDisk.LeaveRoomForTheDatabase",
                         "platform_storage: Backup.*OnAFullDisk*",
                         "platform_storage: TablesOnABadDisk.SayThatItIsFullAndGoOnWhenItIsNotAnyMore",
                         "core_base: File.AFailedWriteLeavesTheOldContent"],
    "the clock jumps": ["platform_security: AccountsOf/*.AClockThatJumpsLocksNobodyOut",
                        "platform_security: AccountsOf/*.ALoginEndsWhenItIsIdleAndAtLastInAnyCase",
                        "platform_security: AccessTokens.OfAnotherClockAreTakenWithinTheLeeway",
                        "platform_jobs: Workers/*.DoWhatWasQueuedBeforeTheClockWasSetBack"],
    "a client drops a stream": ["platform_http: Conformance.AClientThatLeavesASilentStreamIsNoticed"],
    "a client is slow": ["platform_http: ImpatientTest.WhoIsTooSlowIsCutOff",
                         "platform_http: ImpatientTest.WhoDoesNotTakeAnAnswerIsCutOff",
                         "platform_http: ImpatientTest.AHeadThatComesByteByByteIsCutOff"],
    "JSON is huge or deep": ["platform_security: StrictJson.RefusesDepth",
                             "platform_http: Conformance.JsonThatIsHugeOrDeepIsRefused"],
    "a password is a bomb": ["platform_security: PasswordHash.AStoredHashCannotAskForEndlessWork",
                             "platform_security: Passwords.MayBeAnythingFromEightBytesToAKilobyte",
                             "platform_security: Passwords.AFullQueueRefusesAtOnceAndIsOpenAgainAfterwards"],
    "a picture is a bomb": ["platform_vision: ImageHeader.HugeSizesAreRefusedFromTheHeaderAlone"],
    "a regular expression is a bomb": ["lint: regular expressions"],
}


def wanted_in(program):
    """The names of its tests that make a fault happen, as GoogleTest and unittest filter them."""
    return [pattern.partition(": ")[2] for patterns in FAULTS.values() for pattern in patterns
            if pattern.partition(": ")[0] == program]


def in_results(pattern):
    """What finds such a test among the names of results."""
    program, _, name = pattern.partition(": ")
    beginning = {"e2e": "", "lint": "lint: "}.get(program, f"{program}_test: ")
    return re.escape(beginning + name).replace(r"\*", ".*")


def programs():
    """Each program that has such tests, once."""
    return sorted({pattern.partition(": ")[0] for patterns in FAULTS.values() for pattern in patterns})
