# Process 1 of a jail. Node can neither set limits of its own, fork, nor wait for a whole tree; perl can, lies in the
# base of every Debian, and starts in two milliseconds. It reads frames from the control socket (one letter, a length of
# four bytes, the body; init-protocol.ts writes them), and when it ends, the kernel ends all that is left in here.
use strict;

my ($fd, $extras) = @ARGV;
open(my $control, '+<&=', $fd) or exit 125;
fcntl($control, 2, 1);    # F_SETFD, FD_CLOEXEC

# What the service itself was started with is not for the program.
opendir(my $open, '/proc/self/fd') or exit 125;
for my $inherited (grep { /^\d+$/ && $_ > 2 + $extras && $_ != $fd && $_ != fileno $open } readdir $open) {
    if (open(my $copy, '<&=', $inherited)) { close $copy }
}
closedir $open;

# The end that a program's start keeps open until it succeeds.
my $started;

sub tell_service {
    my ($kind, $body) = @_;
    syswrite($control, $kind . pack('N', length $body) . $body);
}

# Whether all of the order was read.
my $ordered;

sub fail {
    my ($what) = @_;
    tell_service('E', join "\0", 0 + $!, "$what: $!");
    # What is left unread would break the connection, and the report with it.
    until ($ordered) { my ($kind) = take_frame(); $ordered = $kind eq 'G' }
    syswrite($started, 'x') if $started;    # Process 1 ends at this, and all with it.
    exit 125;
}

sub take {
    my ($size) = @_;
    my $bytes = '';
    while (length $bytes < $size) {
        my $read = sysread($control, $bytes, $size - length $bytes, length $bytes);
        exit 125 unless $read;    # The service is gone.
    }
    return $bytes;
}

sub take_frame {
    my ($kind, $size) = unpack('a N', take(5));
    return ($kind, $size ? take($size) : '');
}

sub write_file {
    my ($path, $bytes) = @_;
    for (my $at = 0; ($at = index($path, '/', $at + 1)) > 0;) {
        my $folder = substr($path, 0, $at);
        -d $folder or mkdir($folder, 0755) or fail('A folder cannot be made');
    }
    sysopen(my $file, $path, 0xC1, 0644) or fail('A file cannot be made');    # O_WRONLY | O_CREAT | O_EXCL
    for (my $at = 0; $at < length $bytes;) {
        $at += syswrite($file, $bytes, length($bytes) - $at, $at) || fail('A file cannot be written');
    }
    close $file;
}

my (@command, %environment, @limits, $folder, $prctl, $terminal);

tell_service('R', '');    # All is mounted.
while (1) {
    my ($kind, $body) = take_frame();
    if    ($kind eq 'A') { push @command, $body }
    elsif ($kind eq 'V') { my ($name, $value) = split /\0/, $body, 2; $environment{$name} = $value }
    elsif ($kind eq 'L') { push @limits, [split ' ', $body] }                    # prlimit's number, resource, value
    elsif ($kind eq 'F') { my $end = index($body, "\0"); write_file(substr($body, 0, $end), substr($body, $end + 1)) }
    elsif ($kind eq 'D') { $folder = $body }
    elsif ($kind eq 'P') { $prctl = $body }
    elsif ($kind eq 'T') { $terminal = [split ' ', $body] }                     # setsid's number, rows, columns
    elsif ($kind eq 'G') { $ordered = 1; last }
}

# The program is of the same user: it could write this process's memory, and be free of the limits that it starts with.
syscall(0 + $prctl, 4, 0, 0, 0, 0) == 0 or fail('Process 1 cannot be closed');    # PR_SET_DUMPABLE

# This process keeps the terminal open too, so that a program may close it for a while.
my ($master, $slave, $kept);
if ($terminal) {
    open($master, '+<', '/dev/ptmx') or fail('No terminal can be made');
    my ($unlocked, $number) = (pack('i', 0), pack('i', 0));
    ioctl($master, 0x40045431, $unlocked) or fail('No terminal can be opened');    # TIOCSPTLCK
    ioctl($master, 0x80045430, $number) or fail('No terminal is there');           # TIOCGPTN
    $slave = '/dev/pts/' . unpack('i', $number);
    sysopen($kept, $slave, 0x102) or fail('The terminal cannot be opened');        # O_RDWR | O_NOCTTY
}

sub set_size {
    my ($rows, $columns) = @_;
    my $size = pack('S4', $rows, $columns, 0, 0);
    ioctl($master, 0x5414, $size);    # TIOCSWINSZ
}

pipe(my $starting, $started) or fail('No pipe can be made');
# Written to when a process has ended.
pipe(my $ends, my $end) or fail('No pipe can be made');
$SIG{CHLD} = sub { syswrite($end, 'x') } if $terminal;
my $program = fork // fail('No process can be made');
if (!$program) {
    close $starting;
    if ($terminal) {
        my ($setsid, @size) = @$terminal;
        syscall(0 + $setsid) >= 0 or fail('No session can be made');
        set_size(@size);
        # The first terminal that the leader of a session opens is the session's.
        open(my $tty, '+<', $slave) or fail('The terminal cannot be opened');
        open(STDIN, '<&', $tty) && open(STDOUT, '>&', $tty) && open(STDERR, '>&', $tty) or fail('The terminal is lost');
    }
    else { setpgrp(0, 0) }
    chdir $folder or fail('The working folder cannot be entered');
    for (@limits) {
        my ($call, $resource, $value) = @$_;
        my $now = pack('QQ', 0, 0);
        syscall(0 + $call, 0, 0 + $resource, 0, $now) == 0 or fail('A limit cannot be read');
        my (undef, $most) = unpack('QQ', $now);
        $value = $most if $most < $value;
        my $new = pack('QQ', $value, $value);
        syscall(0 + $call, 0, 0 + $resource, $new, 0) == 0 or fail('A limit cannot be set');
    }
    %ENV = %environment;
    exec {$command[0]} @command;
    fail('The program cannot be started');
}
close $started;
exit 125 if sysread($starting, my $failed, 1);
tell_service('S', '');

my $status;

# What is typed, what is shown, and the terminal's sizes. None waits for another: whoever shows more than is read can still
# be interrupted. All of it is done by this process, which nobody in here can kill.
if ($terminal) {
    fcntl($_, 4, 0x800) for $master, *STDOUT;    # F_SETFL, O_NONBLOCK
    my ($typed, $shown, $typing) = ('', '', 1);
    while (1) {
        my ($reads, $writes) = ('', '');
        vec($reads, $_, 1) = 1 for $fd, fileno $ends;
        vec($reads, 0, 1) = 1 if $typing && $typed eq '';
        vec($reads, fileno $master, 1) = 1 if $shown eq '';
        vec($writes, fileno $master, 1) = 1 if $typed ne '';
        vec($writes, 1, 1) = 1 if $shown ne '';
        next if select($reads, $writes, undef, undef) < 0;    # The signal.
        if (vec($reads, $fd, 1)) {
            my ($kind, $body) = take_frame();
            set_size(split ' ', $body) if $kind eq 'W';
        }
        if (vec($reads, fileno $ends, 1)) {
            sysread($ends, my $news, 64);
            while ((my $died = waitpid(-1, 1)) > 0) {    # WNOHANG
                next if $died != $program;
                $status = $?;
                # Whoever else has the terminal ends with it, and so does what is shown.
                kill 'KILL', -1;
                close $kept;
            }
        }
        if (vec($reads, 0, 1)) { $typing = sysread(STDIN, $typed, 4096) }
        if (vec($writes, fileno $master, 1)) {
            my $written = syswrite($master, $typed);
            $typed = defined $written ? substr($typed, $written) : $! == 11 ? $typed : '';    # EAGAIN
        }
        if (vec($reads, fileno $master, 1)) {
            my $read = sysread($master, $shown, 65536);
            last if !$read && $! != 11;
        }
        if (vec($writes, 1, 1)) {
            my $written = syswrite(STDOUT, $shown);
            $shown = defined $written ? substr($shown, $written) : $! == 11 ? $shown : '';
        }
    }
    $SIG{CHLD} = 'DEFAULT';
}

# Whoever reads the program's output sees its end when the program closes it, and not only when all is over.
for my $inherited (0 .. 2 + $extras) {
    if (open(my $copy, '<&=', $inherited)) { close $copy }
}

until (defined $status) {
    my $died = wait;
    exit 125 if $died == -1;
    $status = $? if $died == $program;
}
my (undef, undef, $user, $system) = times;
tell_service('Z', pack('N N', $status, ($user + $system) * 1000));
