-- MariaDB dump of an invented practice
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `ea_appointments`;
CREATE TABLE `ea_appointments` (
  `id` int(11) NOT NULL,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `book_datetime` datetime DEFAULT NULL,
  `start_datetime` datetime DEFAULT NULL,
  `end_datetime` datetime DEFAULT NULL,
  `location` text DEFAULT NULL,
  `notes` text DEFAULT NULL,
  `hash` text DEFAULT NULL,
  `color` varchar(256) DEFAULT '#7cbae8',
  `status` varchar(512) DEFAULT '',
  `is_unavailability` tinyint(4) NOT NULL DEFAULT 0,
  `id_users_provider` int(11) DEFAULT NULL,
  `id_users_customer` int(11) DEFAULT NULL,
  `id_services` int(11) DEFAULT NULL,
  `id_google_calendar` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `id_services` (`id_services`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
LOCK TABLES `ea_appointments` WRITE;
INSERT INTO `ea_appointments` VALUES (1,'2027-01-02 13:39:59','2027-01-02 13:39:59','2027-01-02 13:39:59','2027-01-18 09:30:00','2027-01-18 10:00:00',NULL,'It\'s the \"first\" visit;\nbring (papers), please','rNO4vD83GynY','#7cbae8','Booked',0,2,5,1,NULL),(2,'2027-01-02 13:45:29','2027-01-02 13:45:29','2027-01-02 13:45:29','2027-01-18 11:00:00','2027-01-18 11:30:00',NULL,'','lwcPWKfEAUav','#7cbae8','Cancelled',0,2,7,1,NULL),
(3,'2026-03-17 09:05:54','2026-03-17 09:05:54','2026-03-17 09:05:54','2026-03-24 10:00:00','2026-03-24 10:30:00',NULL,'','xl2TucRYJ5hH','#7cbae8','Confirmed',0,6,5,2,NULL);
INSERT INTO `ea_appointments` (`id`, `book_datetime`, `start_datetime`, `end_datetime`, `notes`, `hash`, `is_unavailability`, `id_users_provider`, `id_users_customer`, `id_services`) VALUES
(4, '2027-01-02 13:38:42', '2027-01-19 12:00:00', '2027-01-19 13:00:00', 'Lunch', 'r1obDEU0v6z4', 1, 2, NULL, NULL),
(5, '2027-01-02 13:38:42', '2027-01-20 18:00:00', '2027-01-20 19:00:00', '', 'g1', 0, 2, 5, 3),
(6, '2027-01-02 13:38:42', '2027-01-20 18:00:00', '2027-01-20 19:00:00', '', 'g2', 0, 2, 7, 3);
UNLOCK TABLES;
INSERT INTO `ea_roles` (`id`, `name`, `slug`) VALUES (1, 'Administrator', 'admin'), (2, 'Provider', 'provider'), (3, 'Customer', 'customer');
INSERT INTO `ea_services` (`id`, `name`, `duration`, `price`, `currency`, `description`, `color`, `location`, `availabilities_type`, `attendants_number`) VALUES
(1, 'Service', 30, 0.00, '', NULL, '#7cbae8', NULL, 'flexible', 1),
(2, 'Customer Call', 30, 100.00, 'EUR', 'By ''phone''', '#7cbae8', '', 'fixed', 1),
(3, 'Evening class', 60, 10.00, 'EUR', NULL, '#7cbae8', 'Gym', 'fixed', 6);
INSERT INTO `ea_services_providers` (`id_users`, `id_services`) VALUES (2, 1), (6, 2), (2, 3);
INSERT INTO `ea_settings` (`id`, `name`, `value`) VALUES (61, 'default_language', 'english'), (62, 'default_timezone', 'Europe/Berlin');
INSERT INTO `ea_users` (`id`, `first_name`, `last_name`, `email`, `mobile_number`, `phone_number`, `address`, `city`, `zip_code`, `notes`, `timezone`, `language`, `custom_field_1`, `id_roles`) VALUES
(2, 'Grace', 'Hopper', 'grace@example.com', NULL, '+351 900 000 000', NULL, NULL, NULL, NULL, 'Europe/Lisbon', 'english', NULL, 2),
(5, 'Ada', 'Lovelace', 'ada@example.com', '', '+351 912 345 678', '12 Main Street', 'Porto', '4000', NULL, 'America/New_York', 'german', 'K-17', 3),
(6, 'Alan', 'Turing', 'alan@example.com', NULL, '', NULL, NULL, NULL, NULL, 'Europe/Berlin', 'english', NULL, 2),
(7, 'Bob', NULL, 'bob@example.com', NULL, 'call me', NULL, NULL, NULL, NULL, 'UTC', 'english', NULL, 3);
