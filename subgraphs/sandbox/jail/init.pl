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

sub fail {
    my ($what) = @_;
    tell_service('E', join "\0", 0 + $!, "$what: $!");
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

my (@command, %environment, @limits, $folder, $terminal);

tell_service('R', '');    # All is mounted.
while (1) {
    my ($kind, $body) = take_frame();
    if    ($kind eq 'A') { push @command, $body }
    elsif ($kind eq 'V') { my ($name, $value) = split /\0/, $body, 2; $environment{$name} = $value }
    elsif ($kind eq 'L') { push @limits, [split ' ', $body] }                    # prlimit's number, resource, value
    elsif ($kind eq 'F') { my $end = index($body, "\0"); write_file(substr($body, 0, $end), substr($body, $end + 1)) }
    elsif ($kind eq 'D') { $folder = $body }
    elsif ($kind eq 'T') { $terminal = [split ' ', $body] }                     # setsid's number, rows, columns
    elsif ($kind eq 'G') { last }
}

my ($master, $slave);
if ($terminal) {
    open($master, '+<', '/dev/ptmx') or fail('No terminal can be made');
    my ($unlocked, $number) = (pack('i', 0), pack('i', 0));
    ioctl($master, 0x40045431, $unlocked) or fail('No terminal can be opened');    # TIOCSPTLCK
    ioctl($master, 0x80045430, $number) or fail('No terminal is there');           # TIOCGPTN
    $slave = '/dev/pts/' . unpack('i', $number);
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

# What is typed, and the terminal's sizes.
if ($terminal && !(fork // 1)) {
    my $watched = '';
    vec($watched, $_, 1) = 1 for 0, $fd;
    while (select(my $ready = $watched, undef, undef, undef)) {
        if (vec($ready, $fd, 1)) {
            my ($kind, $body) = take_frame();
            set_size(split ' ', $body) if $kind eq 'W';
        }
        if (vec($ready, 0, 1)) {
            sysread(STDIN, my $typed, 4096) or vec($watched, 0, 1) = 0;
            for (my $at = 0; $at < length $typed;) { $at += syswrite($master, $typed, length($typed) - $at, $at) || exit }
        }
    }
}
my $status;

# What is shown, and the rest of it once the program has ended. Others may keep the terminal open.
if ($terminal) {
    my $watched = '';
    vec($watched, fileno $_, 1) = 1 for $master, $ends;
    while (1) {
        my $count = select(my $ready = $watched, undef, undef, defined $status ? 0.05 : undef);
        next if $count < 0;    # The signal.
        if (vec($ready, fileno $ends, 1)) {
            sysread($ends, my $news, 64);
            while ((my $died = waitpid(-1, 1)) > 0) { $status = $? if $died == $program }    # WNOHANG
        }
        if (vec($ready, fileno $master, 1)) {
            sysread($master, my $shown, 65536) or last;
            for (my $at = 0; $at < length $shown;) { $at += syswrite(STDOUT, $shown, length($shown) - $at, $at) || last }
        }
        elsif (defined $status && !$count) { last }
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
